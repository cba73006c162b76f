"""Looks at an evaluator's name and number, and links handed out: who, when, of which case, why, shown until when."""

from datetime import timedelta
from enum import StrEnum

from pydantic import AwareDatetime

from models.actors import Role
from models.base import Value

SHOWN_FOR = timedelta(minutes=5)
"""How long a reveal shows what it was asked for."""

SHORTEST_PURPOSE = 6
LONGEST_PURPOSE = 200
"""Characters that a typed purpose has at least and at most."""


class RevealPlace(StrEnum):
    """Where somebody looked, or that a link to the case was handed out (办件进度链接)."""

    DESK = "desk"
    CALLBACK = "callback"
    LINK = "link"
    SAMPLE = "sample"

    @property
    def label(self) -> str:
        """What was shown and where, in Chinese."""
        return {
            RevealPlace.DESK: "姓名和电话，网页",
            RevealPlace.CALLBACK: "姓名和电话，命令行",
            RevealPlace.LINK: "办件进度链接",
            RevealPlace.SAMPLE: "姓名和电话，抽查回访",
        }[self]


LOOKS = (RevealPlace.DESK, RevealPlace.CALLBACK)
"""Where name and number of a case's evaluator are shown; a link shows neither, and a sample is about no case."""


class Reveal(Value):
    """One look, or one link handed out. `until` is when it was hidden again; `id` grows.

    `case_no` is the case, of a look in a sample the sampled person (`models.samples.SampledPerson.reference`).
    """

    id: int
    user_id: str
    role: Role
    unit: str
    case_no: str
    purpose: str
    place: RevealPlace
    at: AwareDatetime
    until: AwareDatetime
