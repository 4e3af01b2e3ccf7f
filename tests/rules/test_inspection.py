"""What may be released and what is refused, by content alone; and what is left of a file that is released."""

from __future__ import annotations

import io
import os
import sys
from typing import get_args

import pytest
from PIL import Image

from portal import evidence
from portal.assets import LANGUAGES, words
from tests import hostile
from tests.hostile import MOST, Sample, docx, drawn, from_a_phone, pdf, picture
from uploads import confinement
from uploads.confinement import InspectionBroken, inspect_confined
from uploads.inspection import inspect
from uploads.models import CHANGED, FAILURES, INFECTED, KINDS, MOST_BYTES, REASONS, State, Verdict

HOSTILE, GOOD = list(hostile.hostile()), list(hostile.good())


def verdict_on(sample: Sample) -> str:
    verdict = inspect(sample.data, sample.name, sample.declared)
    return verdict.reason or str(verdict.kind)


def reopened(verdict: Verdict) -> Image.Image:
    return Image.open(io.BytesIO(verdict.content))


# -- verdicts ------------------------------------------------------------------------------------------------------


def test_there_are_more_than_a_hundred_hostile_files() -> None:
    assert len([each for each in HOSTILE if each.verdict in REASONS]) > 150
    assert len({each.about for each in HOSTILE}) == len(HOSTILE)


@pytest.mark.parametrize("sample", HOSTILE, ids=lambda each: each.about)
def test_a_hostile_file_gets_its_own_reason(sample: Sample) -> None:
    assert verdict_on(sample) == sample.verdict


@pytest.mark.parametrize("sample", GOOD, ids=lambda each: each.about)
def test_a_good_file_is_released(sample: Sample) -> None:
    assert len(sample.data) <= MOST
    assert verdict_on(sample) == sample.verdict


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_is_somebodys(reason: str) -> None:
    assert reason in {each.verdict for each in HOSTILE}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_taken(kind: str) -> None:
    assert kind in {each.verdict for each in GOOD}


@pytest.mark.parametrize("sample", HOSTILE[::7], ids=lambda each: each.about)
def test_nothing_of_a_refused_file_is_given_on(sample: Sample) -> None:
    verdict = inspect(sample.data, sample.name, sample.declared)
    assert verdict.is_clean is (verdict.content != b"")


@pytest.mark.parametrize("part", range(0, 97, 4))
def test_a_file_cut_anywhere_is_refused_and_takes_nothing_down(part: int) -> None:
    for whole in (pdf(), docx(), picture("JPEG"), picture("PNG"), picture("WEBP")):
        assert inspect(whole[:len(whole) * part // 100]).reason in {"empty", "truncated", "damaged", "not_accepted"}


def test_the_limit_is_the_one_of_the_design() -> None:
    assert MOST_BYTES == MOST
    padded = pdf() + b"\0" * (MOST - len(pdf()))
    assert inspect(padded).is_clean
    assert inspect(padded + b"\0").reason == "too_large"


# -- what is released ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_a_picture_tells_no_place_no_camera_and_stands_upright(kind: str, orientation: int) -> None:
    sent = from_a_phone(kind, orientation)
    assert b"SM-A055F" in sent
    verdict = inspect(sent)
    assert b"Exif" not in verdict.content
    assert b"SM-A055F" not in verdict.content
    with reopened(verdict) as left:
        assert dict(left.getexif()) == {}
        assert left.size == ((240, 320) if orientation == 6 else (320, 240))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_keeps_neither_comments_nor_profiles(kind: str) -> None:
    how = {"JPEG": {"comment": b"rahasia"}, "PNG": {"pnginfo": hostile.a_text("rahasia")}, "WEBP": {}}[kind]
    sent = picture(kind, icc_profile=b"rahasia" * 20, **how)
    assert b"rahasia" in sent or kind == "PNG"
    with reopened(inspect(sent)) as left:
        left.load()
        assert not {"icc_profile", "comment", "Comment", "exif", "xmp"} & set(left.info)
    assert b"rahasia" not in inspect(sent).content


def test_what_stands_behind_a_picture_is_left_behind() -> None:
    assert b"SEFT" not in inspect(picture("JPEG") + b"SEFHe" + b"\0" * 90 + b"SEFT").content


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1"])
def test_a_png_looks_as_it_did(mode: str) -> None:
    image = drawn(mode=mode)
    with reopened(inspect(picture("PNG", image))) as left:
        assert left.mode == mode
        assert left.convert("RGBA").tobytes() == image.convert("RGBA").tobytes()


def test_a_photo_keeps_its_quality() -> None:
    sent = picture("JPEG", quality=93)
    with reopened(inspect(sent)) as left, Image.open(io.BytesIO(sent)) as first:
        assert left.quantization == first.quantization
        assert left.size == first.size


def test_a_photo_with_very_many_pixels_is_made_smaller_not_refused() -> None:
    with reopened(inspect(picture("JPEG", drawn(8160, 6144), quality=80))) as left:
        assert left.size == (4080, 3072)


def test_a_photo_of_sixteen_million_pixels_stays_as_large_as_it_was() -> None:
    with reopened(inspect(hostile.large_jpeg())) as left:
        assert left.size == (3468, 4624)


@pytest.mark.parametrize("sample", [each for each in GOOD if each.verdict in {"pdf", "docx", "xlsx"}],
                         ids=lambda each: each.about)
def test_a_document_is_released_byte_for_byte_so_that_its_signature_holds(sample: Sample) -> None:
    data = sample.data
    assert inspect(data, sample.name, sample.declared).content == data


def test_the_same_content_has_the_same_digest_whatever_it_is_called() -> None:
    first, second = inspect(pdf(), "SK.pdf"), inspect(pdf(), "lain.pdf")
    assert first.digest == second.digest != inspect(pdf(page=b"/Rotate 90")).digest


# -- names ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sample", "kept"), list(hostile.named()), ids=lambda each: getattr(each, "about", ""))
def test_a_name_is_kept_without_what_could_do_harm(sample: Sample, kept: str) -> None:
    assert inspect(sample.data, sample.name).name == kept


@pytest.mark.parametrize("sample", HOSTILE, ids=lambda each: each.about)
def test_the_name_of_a_refused_file_is_safe_to_show(sample: Sample) -> None:
    name = inspect(sample.data, sample.name, sample.declared).name
    assert name.isprintable()
    assert not set(name) & set('/\\<>"')


# -- in a process of its own ---------------------------------------------------------------------------------------


def test_a_file_is_inspected_in_a_process_of_its_own_as_it_would_be_here() -> None:
    for data, name in ((pdf(), "SK.pdf"), (from_a_phone(), "a.jpg"), (b"", "x"), (docx(), "a.xlsx")):
        assert inspect_confined(data, name) == inspect(data, name)


def test_a_file_that_takes_too_long_is_one_that_nobody_can_read() -> None:
    assert inspect_confined(pdf(), "a.pdf", patience=0.001).reason == "damaged"


def test_an_inspection_that_cannot_even_begin_says_nothing_about_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", ["/nowhere"])
    with pytest.raises(InspectionBroken):
        inspect_confined(pdf(), "a.pdf")


def test_the_process_has_no_credentials_and_no_variables_of_the_function(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, str] = {}

    def run(*_: object, env: dict[str, str], **__: object) -> object:
        seen.update(env)
        raise InspectionBroken

    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setattr(confinement.subprocess, "run", run)
    with pytest.raises(InspectionBroken):
        inspect_confined(pdf())
    assert set(seen) <= {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "LD_LIBRARY_PATH", "PATH", "LANG"}
    assert "AWS_SECRET_ACCESS_KEY" in os.environ


# -- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_sentence_and_no_sentence_is_without_a_reason(language: str) -> None:
    sentences = words("files", language)["reasons"]
    assert set(sentences) == {*REASONS, INFECTED, CHANGED}
    assert len(set(sentences.values())) == len(sentences), "each has its own"
    for reason, text in sentences.items():
        assert "{" not in text.format(**REASONS.get(reason, {}))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_and_every_failure_is_told(language: str) -> None:
    texts = words("files", language)
    assert tuple(texts["states"]) == get_args(State)
    assert all(set(said) == {"title", "text"} for said in texts["states"].values())
    assert set(texts["failures"]) == set(FAILURES)
    assert tuple(texts["uses"]) == evidence.KINDS
    assert f"{MOST_BYTES // 1024 ** 2} MB" in texts["script"]["hint"]
