"""The door for the contact and complaint form."""

from __future__ import annotations

from feedback.models import Feedback
from portal import web
from portal.forms import Form
from portal.inbox import Inbox, settings
from portal.submissions import explain

FEEDBACK = Inbox(Form("feedback", Feedback, "/layanan/masukan"), page="/tentang/kontak/")

# The door with the fewest rights also answers those who are lost.
ROUTES: web.Routes = {**FEEDBACK.routes, web.ANYTHING_ELSE: web.everyone(web.lost)}

handle = web.door(ROUTES, origin=lambda: settings().site_origin, explain=explain)
