"""The whole portal on this machine: `python -m infra.run`.

Only wiring: the site as the distribution serves it, the functions behind it as API Gateway calls them, an emulated
AWS, and the pumps between. What runs is read from the template.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

from infra import demo_data
from infra.bus import bucket_pumps
from infra.demo_people import DEMO_PEOPLE
from infra.distribution import Distribution
from infra.emulator import CREDENTIALS, PROFILES, Emulator, Mail, allow_sender, client, provision
from infra.freshness import BuildFailed, ensure_site
from infra.gateway import Gateway
from infra.lambdas import loaded_functions, publish_catalogue
from infra.portal_process import running_portal
from infra.pumps import PumpRoom, pumps_for
from infra.scanner import scanner
from infra.serving import PortTaken, Server
from infra.sign_in_service import SignInService
from infra.static_site import StaticSite
from infra.template_reader import ROOT, Template

__all__ = ["Portal", "portal_in_this_process", "running_portal"]

MAIL_SENDER = "portal@portal.test"
PARAMETERS = {"DomainName": "portal.test", "MailSender": MAIL_SENDER, "Issuer": "https://masuk.portal.test",
              "ClientId": "portal", "ClientSecret": "portal"}
THREADS = 32
DEFAULT_PORT = 8000
STACK = "portal"


@dataclass(frozen=True)
class Portal:
    """A portal that runs."""

    base_url: str
    endpoint_url: str
    names: Mapping[str, str]
    embedded: bool
    pumps: PumpRoom
    sent_mail: Callable[[], list[Mail]]
    scanner: str


@contextmanager
def portal_in_this_process(port: int = 0, endpoint_url: str | None = None, *, stack: str = STACK) -> Iterator[Portal]:
    """The whole portal from here to the end of the block, on a free port unless one is given.

    `endpoint_url` is another emulator to keep everything but mail in; `stack` begins the names of tables and queues
    there, so that two runs can be kept apart. Several may run in one process, one after the other; the environment
    and the functions' modules are its own while it runs. Raises PortTaken and, when the site cannot be built,
    BuildFailed.
    """
    with ExitStack() as cleanup:
        server = Server(port=port, threads=THREADS)
        cleanup.callback(server.stop)
        ensure_site()
        emulator, sign_in = Emulator(), SignInService()
        cleanup.callback(emulator.stop)
        cleanup.callback(sign_in.stop)
        template = Template()
        cleanup.enter_context(_variables(CREDENTIALS, without=PROFILES))
        emulator.start()
        endpoint = endpoint_url or emulator.url
        mail_endpoint = os.environ.get("AWS_ENDPOINT_URL_SESV2") or emulator.url
        cleanup.enter_context(_variables({"AWS_ENDPOINT_URL": endpoint, "AWS_ENDPOINT_URL_SESV2": mail_endpoint}))
        allow_sender(mail_endpoint, MAIL_SENDER)
        names = provision(template, endpoint, stack=stack, origin=server.url)
        parameters = {**names, **PARAMETERS, **sign_in.start().parameters}
        functions = cleanup.enter_context(loaded_functions(template, parameters, _differs_here(server)))
        publish_catalogue(names["RegistrationsTable"])
        clients = partial(client, endpoint_url=endpoint)
        scanning = scanner()
        pumps = PumpRoom([*pumps_for(functions, names, clients),
                          *bucket_pumps(template, functions, names, clients, scanning)])
        pumps.start()
        cleanup.callback(pumps.stop)
        sent_mail = emulator.sent_mail if mail_endpoint == emulator.url else None
        server.start(Distribution(template, StaticSite(template), Gateway(functions), pumps, sent_mail, names))
        cleanup.callback(server.stop)  # first of all: nobody may come in while the rest is taken down
        yield Portal(server.url, endpoint, names, endpoint == emulator.url, pumps, emulator.sent_mail, scanning.name)


def _differs_here(server: Server) -> dict[str, str]:
    """The only variables that have another value here than in the template."""
    return {"SITE_ORIGIN": server.url, "ASSETS_FOLDER": str(ROOT / "build" / "assets")}


@contextmanager
def _variables(values: Mapping[str, str], without: Iterable[str] = ()) -> Iterator[None]:
    """Environment variables for the length of the block; some others are not there meanwhile."""
    before = dict(os.environ)
    os.environ.update(values)
    for name in without:
        os.environ.pop(name, None)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def main() -> int:
    """Run until somebody presses Ctrl-C."""
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    port = int(os.environ.get("PORT", DEFAULT_PORT))
    stopped = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stopped.set())
    try:
        with portal_in_this_process(port, os.environ.get("AWS_ENDPOINT_URL"),
                                    stack=os.environ.get("STACK") or STACK) as portal:
            if os.environ.get("DEMO"):
                print(f"  {demo_data.register(portal.base_url)} demo people have registered for activities.")
            print(_welcome(portal), flush=True)
            stopped.wait()
    except PortTaken:
        print(f"Port {port} is taken by another program. Choose one: make run PORT={port + 1}", file=sys.stderr)
        return 1
    except BuildFailed:
        return 1
    print("\nStopped.")
    return 0


def _welcome(portal: Portal) -> str:
    kept = "in memory, until you stop" if portal.embedded else f"in the emulator at {portal.endpoint_url}"
    return (f"\n  The portal    {portal.base_url}/   (English: {portal.base_url}/en/)\n"
            f"  Its scanner   {portal.scanner}\n"
            f"  Its mail      {portal.base_url}/_local/mail   nothing is really sent\n"
            f"  Its data      {kept}\n"
            f"  Sign-in       {portal.base_url}/layanan/akun   choose a name, no password:\n{_people()}\n"
            f"  Ctrl-C stops it.\n")


def _people() -> str:
    return "".join(f"{'':18}{each.subject:8} {', '.join(each.groups) or 'no role'}\n" for each in DEMO_PEOPLE)


if __name__ == "__main__":
    sys.exit(main())
