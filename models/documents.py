"""Official documents (文书) of a case: which there are, what each may say, and what each cannot do without.

Decides the kinds and the closed list of blanks that a template may ask for. A name, a telephone number or any other
personal detail of an evaluator is not among them (EZ-41): in a document the evaluator is 评价人 and nothing else. The
words stand in the templates of the jurisdiction, what fills them says `casework.documents`.
"""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from pydantic import Field

from models.base import Value


class DocumentKind(StrEnum):
    """What a document is (EZ-28, EZ-31, TA-23, TA-25, TA-39)."""

    WRITTEN_FEEDBACK = "written_feedback"
    SUPERVISION_ORDER = "supervision_order"
    INTERVIEW_NOTICE = "interview_notice"
    CIRCULAR = "circular"
    APPEAL_DECISION = "appeal_decision"

    @property
    def label(self) -> str:
        """The kind in Chinese."""
        return {
            DocumentKind.WRITTEN_FEEDBACK: "整改情况反馈",
            DocumentKind.SUPERVISION_ORDER: "督办函",
            DocumentKind.INTERVIEW_NOTICE: "约谈通知",
            DocumentKind.CIRCULAR: "通报",
            DocumentKind.APPEAL_DECISION: "申诉复核决定",
        }[self]


class Blank(StrEnum):
    """The closed list of what a template may ask for. Values are ready Chinese text."""

    NUMBER = "number"
    DAY = "day"
    """The day of the document (成文日期), e.g. 2026年2月13日."""
    OFFICE = "office"
    """The office that issues and seals it."""
    ADDRESSEE = "addressee"
    CASE_NO = "case_no"
    PROJECT_NO = "project_no"
    ITEM_NAME = "item_name"
    UNIT_NAME = "unit_name"
    """The handling unit when the document came about."""
    REVIEW = "review"
    """The evaluation by its day, channel and level, or the source of a case that has none; never the time of day."""
    TAGS = "tags"
    FINDING = "finding"
    DISPATCHED = "dispatched"
    SIGNED = "signed"
    ROUND = "round"
    MEASURES = "measures"
    EVIDENCE = "evidence"
    REASON = "reason"
    MISSED = "missed"
    """The limits that had passed when the document came about."""
    DUE = "due"
    CLAUSE = "clause"
    """The source of the limit: document and clause."""
    APPELLANT = "appellant"
    """Who appealed, a person or an office of the house; never an evaluator."""
    APPELLANT_UNIT = "appellant_unit"
    APPEALED = "appealed"
    APPEAL_REASON = "appeal_reason"
    RESULT = "result"
    """申诉成立 or 申诉不成立."""
    FOUND = "found"
    """What the reviewer found the review to be, where the appeal is upheld."""
    GROUNDS = "grounds"
    CONFIRMATION = "confirmation"
    """What the second person said, where the policy asks for one (TA-26)."""


WRITTEN = frozenset(
    {Blank.MEASURES, Blank.EVIDENCE, Blank.REASON, Blank.APPEAL_REASON, Blank.GROUNDS, Blank.CONFIRMATION}
)
"""What people have written freely; long numbers in it are masked, for they may be an evaluator's."""

_CASE = frozenset(
    {Blank.NUMBER, Blank.DAY, Blank.OFFICE, Blank.CASE_NO, Blank.ITEM_NAME, Blank.REVIEW, Blank.DISPATCHED}
)
_MEASURE = _CASE | {Blank.REASON, Blank.DUE}
_APPEAL = frozenset({Blank.APPELLANT, Blank.APPELLANT_UNIT, Blank.APPEALED, Blank.APPEAL_REASON})

NEEDED: Mapping[DocumentKind, frozenset[Blank]] = {
    DocumentKind.WRITTEN_FEEDBACK: _CASE | {Blank.ADDRESSEE, Blank.ROUND, Blank.MEASURES},
    DocumentKind.SUPERVISION_ORDER: _MEASURE | {Blank.ADDRESSEE},
    DocumentKind.INTERVIEW_NOTICE: _MEASURE | {Blank.ADDRESSEE},
    DocumentKind.CIRCULAR: _MEASURE | {Blank.UNIT_NAME},
    DocumentKind.APPEAL_DECISION: _CASE | _APPEAL | {Blank.UNIT_NAME, Blank.RESULT, Blank.GROUNDS},
}
"""What each kind cannot do without."""

_MORE = frozenset({Blank.PROJECT_NO, Blank.TAGS, Blank.FINDING, Blank.SIGNED})
_MORE_OF_A_MEASURE = _MORE | {Blank.MISSED, Blank.CLAUSE}

OPTIONAL: Mapping[DocumentKind, frozenset[Blank]] = {
    DocumentKind.WRITTEN_FEEDBACK: _MORE | {Blank.UNIT_NAME, Blank.EVIDENCE},
    DocumentKind.SUPERVISION_ORDER: _MORE_OF_A_MEASURE | {Blank.UNIT_NAME},
    DocumentKind.INTERVIEW_NOTICE: _MORE_OF_A_MEASURE | {Blank.UNIT_NAME},
    DocumentKind.CIRCULAR: _MORE_OF_A_MEASURE,
    DocumentKind.APPEAL_DECISION: frozenset({Blank.PROJECT_NO, Blank.TAGS, Blank.FOUND, Blank.CONFIRMATION}),
}
"""What a template of the kind may ask for besides; it is an empty text where the case has none."""

Filled = dict[Blank, str]


class Document(Value):
    """A document that a step of a case makes possible; there is exactly one for that step.

    `number` is the one that people gave it with the step (文号 of a measure); where it is empty the document gets the
    next one of its jurisdiction, kind and year.
    """

    case_no: str
    jurisdiction: str
    kind: DocumentKind
    step: int = Field(ge=1)
    day: date
    number: str = ""


def counted_number(year: int, count: int) -> str:
    """The year and the running number of a document as they are written: 〔2026〕1号 (GB/T 9704-2012, 7.2.5)."""
    return f"〔{year}〕{count}号"


def read_number(text: str) -> tuple[int, int] | None:
    """Year and count of a number as people type it, 2026-1; None for anything else."""
    found = re.fullmatch(r"(20[0-9]{2})-([1-9][0-9]{0,5})", text.strip())
    return None if found is None else (int(found[1]), int(found[2]))
