"""A sign-in service made for testing, in a process of its own: `python -m infra.sign_in_service`.

Whoever comes chooses one of the demo people; no password is asked. Prints its address; ends when its input ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Self

from infra.demo_people import DEMO_PEOPLE
from infra.template_reader import ROOT

CLIENT, GROUPS_CLAIM = "portal", "groups"


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
    from oidc_provider_mock import User, run_server_in_thread  # noqa: PLC0415 only this process needs it

    people = [User(sub=each.subject, claims=each.claims) for each in DEMO_PEOPLE]
    with run_server_in_thread(user_claims=people) as server:
        print(f"http://localhost:{server.server_port}", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
