"""The door for the contact and complaint form."""

from __future__ import annotations

from feedback.models import Feedback
from portal import web
from portal.forms import Form
from portal.inbox import Inbox, explain_failure, settings

FEEDBACK = Form("feedback", Feedback, "/layanan/masukan")

ROUTES: web.Routes = Inbox(FEEDBACK, page="/tentang/kontak/").routes

handle = web.door(ROUTES, origin=lambda: settings().site_origin, explain=explain_failure)
