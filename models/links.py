"""Records that belong together: a parent case and the repetitions it is about, a case and its re-evaluation."""

from enum import StrEnum

from pydantic import AwareDatetime

from models.base import Value
from models.policy import RepeatBy
from models.ratings import SatisfactionLevel


class LinkKind(StrEnum):
    """Why two records belong together."""

    REPEAT = "repeat"
    """`case_no` is the parent case, `linked_no` one of the cases whose repetition it is about (EZ-51, XT-20)."""
    RE_EVALUATION = "re_evaluation"
    """`case_no` is the case of the first rating, `linked_no` the number of the later rating (XT-23, C-21)."""

    @property
    def label(self) -> str:
        """The kind in Chinese."""
        return {LinkKind.REPEAT: "重复差评", LinkKind.RE_EVALUATION: "再评价"}[self]


class LinkView(Value):
    """One link as people read it. `level` is what a re-evaluation said; None for a repetition.

    The number of a re-evaluation is also that of its case when it was a bad one again, and of nothing when it was not.
    """

    case_no: str
    linked_no: str
    kind: LinkKind
    at: AwareDatetime
    level: SatisfactionLevel | None = None


class Repeat(Value):
    """重复差评: bad reviews of one item, window or person within the period of the policy, that no parent case covers.

    `subject` is the item's code, the window's or the clerk's number. `number` counts the parent cases of this subject
    from 1, and is the same however often one looks before that parent case has been dispatched.
    """

    by: RepeatBy
    subject: str
    name: str
    unit: str
    case_nos: tuple[str, ...]
    number: int
    found_at: AwareDatetime
