"""A sign-in service made for testing, in a process of its own: `python -m infra.sign_in_service`.

Whoever comes chooses one of the demo people; no password is asked. Prints its address; ends when its input ends.
Its pages are ours: the library's fetch their style from another host, which nothing of the portal's may.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Self

from infra.demo_people import DEMO_PEOPLE
from infra.serving import Server
from infra.template_reader import ROOT

CLIENT, GROUPS_CLAIM = "portal", "groups"
PAGES = {
    "_base.html": """<!doctype html>
<html lang="id">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>Layanan masuk percobaan</title>
<style>:root { color-scheme: light dark; font: 1.125rem/1.5 system-ui } body { max-width: 40rem; margin: 1rem auto;
padding: 0 1rem } button { font: inherit; margin: .25rem 0; padding: .5rem; width: 100%; text-align: start }</style>
<main>{% block content %}{{ content }}{% endblock %}</main>
</html>
""",
    "authorization_form.html": """{% extends "_base.html" %}
{% block content %}
<h1>Layanan masuk percobaan</h1>
<p>Tanpa kata sandi: pilih sebagai siapa Anda masuk. Choose whom to sign in as.</p>
<form method="post">
{% for each in people %}
<button name="sub" value="{{ each.subject }}">{{ each.name }}{% if each.groups %} ({{ each.groups | join(", ") }})
{%- endif %}</button>
{% endfor %}
<button name="action" value="deny">Batal / Cancel</button>
</form>
{% endblock %}
"""}


class SignInService:
    """The process; started at once, waited for when its address is needed."""

    def __init__(self) -> None:
        """Start it: it takes a second, in which the caller can do something else."""
        quiet = {**os.environ, "PYTHONWARNINGS": "ignore"}  # the provider's own affairs with its libraries
        self._process = subprocess.Popen([sys.executable, "-m", "infra.sign_in_service"], cwd=ROOT, text=True,
                                         env=quiet, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.DEVNULL, start_new_session=True)
        self.issuer = ""

    def start(self) -> Self:
        """Wait until it answers."""
        assert self._process.stdout is not None
        self.issuer = self._process.stdout.readline().strip()
        if not self.issuer:
            self.stop()
            raise RuntimeError("the sign-in service did not start: python -m infra.sign_in_service says why")
        return self

    def stop(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    @property
    def parameters(self) -> dict[str, str]:
        """What the template is told of it."""
        return {"Issuer": self.issuer, "ClientId": CLIENT, "ClientSecret": CLIENT, "GroupsClaim": GROUPS_CLAIM}


def main() -> None:
    """Serve until the input ends."""
    from jinja2 import ChoiceLoader, DictLoader  # noqa: PLC0415 only this process needs these
    from oidc_provider_mock import User, app  # noqa: PLC0415

    service = app(user_claims=[User(sub=each.subject, claims=each.claims) for each in DEMO_PEOPLE])
    service.jinja_env.loader = ChoiceLoader([DictLoader(PAGES), service.jinja_env.loader])
    service.jinja_env.globals["people"] = DEMO_PEOPLE
    server = Server(port=0, threads=4).start(service)
    print(f"http://localhost:{server.port}", flush=True)  # another name than the portal's, so that no cookie is shared
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
