"""What a family can say of itself when it asks which service may fit: never who it is. Every answer may be left open.

The rules of content/rules/layanan.yml speak of these questions by their names, and of no other.
"""

from __future__ import annotations

from typing import Annotated

from portal.forms import FormModel
from portal.questions import Choice, Pick

NOT_KNOWN = "tidak_tahu"
YES_NO = ("ya", "tidak", NOT_KNOWN)
DESIL = (*map(str, range(1, 11)), NOT_KNOWN)

YesNo = Annotated[str | None, Choice(options=YES_NO)]


class Family(FormModel):
    """The facts that decide, in the order of the page."""

    registered: YesNo = None
    desil: Annotated[str | None, Pick(options=DESIL)] = None
    kk: YesNo = None
    ktp: YesNo = None
    akta: YesNo = None
    insurance: Annotated[str | None, Choice(options=("aktif", "tidak_aktif", "tidak_punya", NOT_KNOWN))] = None
    ill: YesNo = None
    pregnant: YesNo = None
    toddler: YesNo = None
    pupil: YesNo = None
    student: YesNo = None
    elderly: YesNo = None
    disability: YesNo = None
    orphan: YesNo = None
    neglected_child: YesNo = None
    neglected_elder: YesNo = None
    house: Annotated[str | None, Choice(options=("layak", "tidak_layak", NOT_KNOWN))] = None
    owned: YesNo = None
    electricity: Annotated[str | None, Choice(options=("sendiri", "menumpang", "tidak_ada", NOT_KNOWN))] = None
    farmer: YesNo = None
    farmer_group: YesNo = None
    land: Annotated[str | None, Choice(options=("sampai_2", "lebih_2", NOT_KNOWN))] = None
    fish_farmer: YesNo = None
    fisher: YesNo = None
    kusuka: YesNo = None
    death: YesNo = None
    disaster: YesNo = None
    conflict: YesNo = None


def facts() -> dict[str, list[str]]:
    """Each fact with the answers that say something; any other answer, and none, is not known."""
    options = {name: next(each.options for each in info.metadata if isinstance(each, Choice))
               for name, info in Family.model_fields.items()}
    return {name: [each for each in names if each != NOT_KNOWN] for name, names in options.items()}
