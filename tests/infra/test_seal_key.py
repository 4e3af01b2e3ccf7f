"""The key of seals: made once in either emulator, signing there, its line printed for the file, which is checked."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra import seals as command
from infra.emulator import CREDENTIALS, Emulator, client, provision
from infra.front_matter import Mistake
from infra.second_emulator import second_emulator
from infra.template_reader import Template
from portal import kms
from portal.kms import SigningKey
from portal.seals import jwk_of, seal, verify
from tests.doors.test_what_mail_operators_do import Stack
from tests.sealing import OURS, a_pak

TEMPLATE = Template()


@contextmanager
def embedded_emulator() -> Iterator[str]:
    """The address of the embedded emulator, until the end of the block."""
    emulator = Emulator().start()
    yield emulator.url
    emulator.stop()


@pytest.fixture(scope="module", params=[embedded_emulator, second_emulator], ids=["embedded", "ministack"])
def endpoint(request: pytest.FixtureRequest) -> Iterator[str]:
    """Both emulators, one after the other, as a function finds them."""
    with request.param() as url, pytest.MonkeyPatch.context() as patch:
        for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": url}.items():
            patch.setenv(name, value)
        kms.client.cache_clear()
        yield url
    kms.client.cache_clear()


@pytest.fixture
def names(endpoint: str) -> dict[str, str]:
    return provision(TEMPLATE, endpoint, stack=f"t{uuid.uuid4().hex[:8]}")


def test_what_the_key_service_signs_is_verified_with_its_public_half_alone(names: dict[str, str]) -> None:
    key = SigningKey(names["SealKey"])
    jwk = jwk_of(key.public)
    for number in range(8):  # now and then a half of a signature is shorter than the others
        statement = a_pak(total=str(number))
        assert verify(seal(statement, key), {str(jwk["kid"]): jwk}) == statement


def test_a_stack_that_is_there_already_keeps_its_key(endpoint: str) -> None:
    stack = f"t{uuid.uuid4().hex[:8]}"
    first, second = (provision(TEMPLATE, endpoint, stack=stack)["SealKey"] for _ in range(2))
    assert first == second


def test_the_line_of_todays_key_is_printed_as_the_file_wants_it(
        names: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def clients(service: str) -> Any:
        return Stack(names) if service == "cloudformation" else client(service, os.environ["AWS_ENDPOINT_URL"])

    assert command.main(["--stack", "percobaan", "key", "--until", "2028-11-30"], clients) == 0
    file = tmp_path / "seal-keys.yml"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    (key,) = command.for_functions(command.read(file))
    assert key == {**jwk_of(SigningKey(names["SealKey"]).public), "until": "2028-11-30"}


# -- the file ------------------------------------------------------------------------------------------------------

KEY = {**{name: jwk_of(OURS.public)[name] for name in ("kid", "x", "y")}, "until": "2028-11-30"}


def test_the_file_of_the_site_is_sound() -> None:
    assert command.for_functions(command.read()) == []


@pytest.mark.parametrize(("keys", "expected"), [
    ([{**KEY, "kid": "00000000"}], "expected the name of the key that x and y are"),
    ([{**KEY, "until": "besok"}], "until: expected a day"),
    ([{**KEY, "x": "pendek"}], "match pattern"),
    ([{name: value for name, value in KEY.items() if name != "until"}], "expected a value, it is missing"),
    ([KEY, KEY], "expected each key once"), ({"kunci": []}, "expected a list of keys")], ids=[
        "name", "day", "cut", "missing", "twice", "no list"])
def test_a_mistake_in_the_file_stops_the_build_where_it_is(tmp_path: Path, keys: object, expected: str) -> None:
    file = tmp_path / "seal-keys.yml"
    file.write_text(yaml.safe_dump(keys), encoding="utf-8")
    with pytest.raises(Mistake, match=expected):
        command.read(file)


# -- the template --------------------------------------------------------------------------------------------------


def test_the_key_signs_only_outlives_its_stack_and_is_given_to_no_one_but_by_a_role() -> None:
    resource = TEMPLATE.resources["SealKey"]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")
    properties = resource["Properties"]
    assert (properties["KeySpec"], properties["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")
    (only,) = properties["KeyPolicy"]["Statement"]
    assert only["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
    assert TEMPLATE.signing_keys.keys() == {"SealKey"}


def test_a_function_that_everybody_may_ask_cannot_sign() -> None:
    statements = TEMPLATE.resources["SealsRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert "kms:Sign" not in {action for each in statements for action in each["Action"]}
