"""From content/rules/angka-kredit.yml to what the functions read and to the page of the rules.

A mistake in the file stops the build with the file, the key and what was expected there.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, TypeAdapter, field_validator, model_validator
from pydantic_core import PydanticCustomError

from dupak.models import GOLONGAN, JENJANG, PENDIDIKAN, PREDIKAT
from infra.declared import Declared, InBothLanguages, checked, must_be_a_day, parse_yaml
from infra.front_matter import Mistake, text_of

SOURCE = Path(__file__).parent.parent / "content" / "rules" / "angka-kredit.yml"

Unit = Literal["points", "percent", "number", "word", "words", "name"]
NUMBERS = ("points", "percent", "number")
NUMBER = re.compile(r"(0|[1-9]\d{0,3})(\.\d{1,4})?")
WITH_NEXT = tuple(name for name in JENJANG if name not in {"penyelia", "ahli_utama"})
# Which keys each table has: exactly these, so that nothing is forgotten and nothing is misspelt.
KEYS: dict[str, tuple[str, ...]] = {
    "masa": ("konvensional", "konversi"), "kategori": JENJANG, "jenjang_berikutnya": WITH_NEXT, "pangkat": GOLONGAN,
    "golongan": JENJANG, "persentase": PREDIKAT, "koefisien": JENJANG, "kebutuhan_pangkat": GOLONGAN[:-1],
    "kebutuhan_jenjang": WITH_NEXT, "ak_dasar": GOLONGAN, "golongan_masuk": ("cara",),
    "perpindahan": ("tahun_puncak", "di_atas", "di_atas_lanjut", "di_atas_tahun"), "pengangkatan_kembali": ("tahun",),
    "penyesuaian": ("angka",), "ijazah": ("persen", "dasar", "predikat"), "syarat_pangkat": ("tahun", "kelebihan"),
    "syarat_jenjang": ("predikat", "uji_kompetensi", "formasi", "kelebihan"), "periode_pangkat": ("bulan",),
    "pembulatan": ("desimal",), "nilai_dasar": ("cara",), "nilai_dasar_jenjang": JENJANG,
    "nilai_dasar_pendidikan": PENDIDIKAN, "skala_konvensional": GOLONGAN,
    "konvensional": ("sesuai", "di_bawah", "di_atas", "utama_minimal", "penunjang_maksimal"),
    "daerah_khusus": ("tambahan",)}
# The words that a row may have as its value.
WORDS: dict[str, tuple[str, ...]] = {
    "masa.konvensional": ("butir",), "masa.konversi": ("predikat",), "golongan_masuk.cara": ("ak_dasar", "sebanding"),
    "ijazah.dasar": ("pangkat", "jenjang_di_puncak"), "ijazah.predikat": PREDIKAT, "syarat_jenjang.predikat": PREDIKAT,
    "syarat_pangkat.kelebihan": ("dibawa", "hangus"), "syarat_jenjang.kelebihan": ("dibawa", "hangus"),
    "syarat_jenjang.uji_kompetensi": ("lulus",), "syarat_jenjang.formasi": ("tersedia",),
    "nilai_dasar.cara": ("jenjang", "pendidikan"), "penyesuaian.angka": ("surat_keputusan",),
    "periode_pangkat.bulan": tuple(str(month) for month in range(1, 13)),
    **{f"kategori.{name}": ("keterampilan", "keahlian") for name in JENJANG},
    **{f"jenjang_berikutnya.{name}": JENJANG for name in WITH_NEXT},
    **{f"golongan.{name}": GOLONGAN for name in JENJANG}}


class Seen(Declared):
    """Where a rule was seen."""

    title: InBothLanguages
    url: Annotated[str, StringConstraints(pattern=r"^https://\S+$")] | None = None


class DatedRow(Declared):
    """One row with everything that it shares with its table."""

    value: str | tuple[str, ...]
    since: str = Field(alias="from")
    until: str | None = None
    article: Annotated[str, StringConstraints(min_length=1)]
    source: str
    certainty: Literal["text", "code", "news", "mem", "disputed"]
    other: InBothLanguages | None = None
    label: InBothLanguages | None = None
    note: InBothLanguages | None = None

    @field_validator("value", mode="before")
    @classmethod
    def _is_text(cls, value: object) -> object:
        texts = value if isinstance(value, list) else [value]
        if not texts or not all(isinstance(each, str) and each for each in texts):
            raise PydanticCustomError("quoted", 'expected text in quotation marks, such as "12.5", or a list of it')
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        must_be_a_day(self.since, "from")
        if self.until is not None:
            must_be_a_day(self.until, "until")
        if self.until is not None and self.until < self.since:
            raise PydanticCustomError("until", "until: expected a day on or after from")
        if self.certainty == "disputed" and self.other is None:
            raise PydanticCustomError("other", "other: expected the other reading, because the row is disputed")
        return self


class Table(Declared):
    """One table as it is declared."""

    title: InBothLanguages
    unit: Unit
    rows: dict[str, tuple[DatedRow, ...]]


class Rules(Declared):
    """The whole file, every row with everything."""

    sources: dict[str, Seen]
    tables: dict[str, Table]


RULES = TypeAdapter(Rules)
SHARED = ("from", "until", "article", "source", "certainty")


def read(source: Path = SOURCE) -> Rules:
    """The rules; raises Mistake at the first fault."""
    return parse(text_of(source), source)


def parse(text: str, source: Path = SOURCE) -> Rules:
    """The same of a text, `source` being where it came from."""
    declared = parse_yaml(text, source)
    if not isinstance(declared, dict) or not isinstance(declared.get("tables"), dict):
        raise Mistake(source, "tables", "expected the tables, each with its rows")
    _must_have(source, "tables", tuple(declared["tables"]), tuple(KEYS))
    spread = {name: _spread(source, name, table) for name, table in declared["tables"].items()}
    rules = checked(RULES, {**declared, "tables": spread}, source)
    for name, table in rules.tables.items():
        _must_have(source, f"tables.{name}.rows", tuple(table.rows), KEYS[name])
        for key, rows in table.rows.items():
            _must_fit(source, f"tables.{name}.rows.{key}", f"{name}.{key}", rows, table.unit)
            _sources_are_known(source, f"tables.{name}.rows.{key}", rows, rules.sources)
    _must_agree(source, rules)
    return rules


def _spread(source: Path, name: str, table: object) -> dict[str, Any]:
    """The table with what its rows share written into each of them; a plain value is a row of one key."""
    if not isinstance(table, dict) or not isinstance(table.get("rows"), dict):
        raise Mistake(source, f"tables.{name}", "expected title, unit and rows")
    shared = {key: table[key] for key in SHARED if key in table}
    rows = {}
    for key, declared in table["rows"].items():
        listed = declared if isinstance(declared, list) and any(isinstance(each, dict) for each in declared) else [
            declared]
        rows[str(key)] = tuple({**shared, **(each if isinstance(each, dict) else {"value": each})} for each in listed)
    return {**{key: value for key, value in table.items() if key not in SHARED}, "rows": rows}


def _must_have(source: Path, place: str, found: Sequence[str], expected: Sequence[str]) -> None:
    for name in expected:
        if name not in found:
            raise Mistake(source, f"{place}.{name}", "expected it here, it is missing")
    for name in found:
        if name not in expected:
            raise Mistake(source, f"{place}.{name}", f"expected one of {', '.join(expected)}")


def _must_fit(source: Path, place: str, name: str, rows: Sequence[DatedRow], unit: str) -> None:
    for row in rows:
        texts = (row.value,) if isinstance(row.value, str) else row.value
        if (unit == "words") is isinstance(row.value, str):
            raise Mistake(source, place, "expected a list" if unit == "words" else "expected one value, no list")
        if unit in NUMBERS and name not in WORDS and not NUMBER.fullmatch(texts[0]):
            raise Mistake(source, place, 'expected a number with a decimal point, such as "12.5"')
        if name in WORDS and not set(texts) <= set(WORDS[name]):
            raise Mistake(source, place, f"expected {' or '.join(WORDS[name])}")
    for before, after in pairwise(rows):
        if after.since <= before.since:
            raise Mistake(source, place, "expected each row to begin after the one before it")
        if before.until is not None and before.until >= after.since:
            raise Mistake(source, place, f"expected until before {after.since}, when the next row begins")


def _sources_are_known(source: Path, place: str, rows: Sequence[DatedRow], sources: Mapping[str, Seen]) -> None:
    for row in rows:
        if row.source not in sources:
            raise Mistake(source, f"{place}.source", f"expected one of {', '.join(sources)}")


def _must_agree(source: Path, rules: Rules) -> None:
    """What two tables say of the same thing, on each day on which one of them changes."""
    days = {row.since for table in rules.tables.values() for rows in table.rows.values() for row in rows}
    for day in sorted(days):
        steps = {key: _held(rules, "kebutuhan_pangkat", key, day) for key in KEYS["kebutuhan_pangkat"]}
        for jenjang in JENJANG:
            graded = next((row.value for row in _begun(rules, "golongan", jenjang, day)), ())
            passed = Decimal(0)
            for golongan in graded:
                given, step = _held(rules, "ak_dasar", golongan, day), steps.get(golongan)
                if given is not None and given != passed:
                    raise Mistake(source, f"tables.ak_dasar.rows.{golongan}",
                                  f"expected {passed}, the sum of the steps in rank that {jenjang} has passed ({day})")
                passed += step or 0
            target = _held(rules, "kebutuhan_jenjang", jenjang, day)
            if target is not None and target != passed:
                raise Mistake(source, f"tables.kebutuhan_jenjang.rows.{jenjang}",
                              f"expected {passed}, the sum of its steps in rank ({day})")


def _begun(rules: Rules, table: str, key: str, day: str) -> Iterator[DatedRow]:
    """The row that holds on a day, or nothing."""
    begun = [row for row in rules.tables[table].rows.get(key, ()) if row.since <= day]
    if begun and (begun[-1].until is None or day <= begun[-1].until):
        yield begun[-1]


def _held(rules: Rules, table: str, key: str, day: str) -> Decimal | None:
    return next((Decimal(str(row.value)) for row in _begun(rules, table, key, day)), None)


# -- for the functions ---------------------------------------------------------------------------------------------


def for_functions(rules: Rules) -> dict[str, Any]:
    """What the functions need, numbers as text; `version` names exactly these rows."""
    plain = rules.model_dump(by_alias=True, exclude_none=True, mode="json")
    decisive = [(name, key, [{each: row.get(each) for each in ("value", *SHARED)} for row in rows])
                for name, table in plain["tables"].items() for key, rows in table["rows"].items()]
    digest = hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:12]
    return {"version": digest, "sources": plain["sources"], "tables": plain["tables"]}


# -- for the page --------------------------------------------------------------------------------------------------

# The parts of the page of the rules, in its order: every table stands in one of them.
GROUPS: dict[str, tuple[str, ...]] = {
    "konversi": ("masa", "persentase", "koefisien", "pembulatan"),
    "jenjang": ("golongan", "pangkat", "kategori", "jenjang_berikutnya"),
    "kenaikan": ("kebutuhan_pangkat", "kebutuhan_jenjang", "syarat_pangkat", "syarat_jenjang", "periode_pangkat"),
    "masuk": ("ak_dasar", "golongan_masuk", "perpindahan", "pengangkatan_kembali", "penyesuaian", "ijazah",
              "daerah_khusus"),
    "lama": ("nilai_dasar", "nilai_dasar_jenjang", "nilai_dasar_pendidikan", "skala_konvensional", "konvensional")}
