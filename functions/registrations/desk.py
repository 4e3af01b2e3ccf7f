"""The desk's door for registrations: which route leads to which of its pages.

Wires requests to the store; whatever is shown or changed has been asked of the request's gate, record by record.
"""

from __future__ import annotations

from portal import web
from portal.submissions import explain
from registrations.desk_actions import REFUSAL, act, one, refuse
from registrations.desk_files import as_spreadsheet, attendance
from registrations.desk_list import keep_filter, listing, overview, search
from registrations.desk_messages import MESSAGE, write
from registrations.deskwork import DESK, OF, settings
from registrations.entrance import check_in, door_list

ROUTES: web.Routes = {
    ("GET", DESK): web.only("desk.see", overview),
    ("GET", OF): web.only("registration.list", listing),
    ("POST", f"{OF}/cari"): web.only("registration.list", search),
    ("POST", f"{OF}/saringan"): web.only("desk.filters", keep_filter),
    ("GET", f"{OF}/pendaftaran/{{reference}}"): web.only("registration.read", one),
    ("POST", f"{OF}/tindakan"): web.only("desk.see", act),
    ("POST", REFUSAL.action): web.only("registration.refuse", refuse),
    ("POST", MESSAGE.action): web.only("registration.message", write),
    ("GET", f"{OF}/hadir"): web.only("registration.check_in", door_list),
    ("POST", f"{OF}/hadir"): web.only("registration.check_in", check_in),
    ("GET", f"{OF}/unduh/{{kind}}"): web.only("registration.export", as_spreadsheet),
    ("GET", f"{OF}/daftar-hadir"): web.only("registration.list", attendance),
}

handle = web.door(ROUTES, origin=lambda: settings().site_origin, explain=explain)
