"""What a rating is: its level, its channel, its normalised record, and what an import of ratings has to report.

The names of the interface family (`projectNo`, `pf`, …) and what a digit means under which code system are decided in
`policy.intake` and `policy.code_systems`; where ratings are kept is the adapters' business. A `Rating` is a plain tuple
of text because a city delivers them by the million; everything small is a frozen value.
"""

from enum import IntEnum, StrEnum
from typing import NamedTuple

from pydantic import AwareDatetime, Field

from models.base import Value
from models.errors import BadInput


class FileRefused(BadInput):
    """A file of ratings cannot be taken at all; nothing of it was imported."""


class SatisfactionLevel(IntEnum):
    """The five levels, 5 best (EZ-07; GB/T 39046 uses the same five the other way round)."""

    VERY_BAD = 1
    BAD = 2
    FAIR = 3
    GOOD = 4
    VERY_GOOD = 5

    @property
    def label(self) -> str:
        """The level in the wording of the national interface family."""
        return _LEVEL_LABELS[self]


_LEVEL_LABELS = {
    SatisfactionLevel.VERY_BAD: "非常不满意",
    SatisfactionLevel.BAD: "不满意",
    SatisfactionLevel.FAIR: "基本满意",
    SatisfactionLevel.GOOD: "满意",
    SatisfactionLevel.VERY_GOOD: "非常满意",
}


class ReviewChannel(StrEnum):
    """By which channel a rating came in (interface family, `pf`)."""

    PC = "pc"
    MOBILE = "mobile"
    QR_CODE = "qr_code"
    HALL_TABLET = "hall_tablet"
    SELF_SERVICE = "self_service"
    PHONE = "phone"
    SMS = "sms"
    SYSTEM_DEFAULT = "system_default"

    @property
    def label(self) -> str:
        """The channel in Chinese."""
        return _CHANNEL_LABELS[self]


_CHANNEL_LABELS = {
    ReviewChannel.PC: "电脑端",
    ReviewChannel.MOBILE: "移动端",
    ReviewChannel.QR_CODE: "二维码",
    ReviewChannel.HALL_TABLET: "大厅平板电脑",
    ReviewChannel.SELF_SERVICE: "大厅其他终端（含自助终端）",
    ReviewChannel.PHONE: "电话",
    ReviewChannel.SMS: "短信",
    ReviewChannel.SYSTEM_DEFAULT: "系统默认评价",
}


class RatingOrigin(StrEnum):
    """Where a rating comes from, besides the channel."""

    USER = "user"
    """The evaluator made it."""
    DEFAULT = "default"
    """Nobody made it: the time to evaluate had passed."""
    BACKFILL = "backfill"
    """Somebody entered it later for the evaluator (补录)."""
    IMPORT = "import"
    """Taken over from another system that does not say who made it."""
    SAMPLE = "sample"
    """Asked for in a sampled callback or survey."""

    @property
    def label(self) -> str:
        """The origin in Chinese."""
        return _ORIGIN_LABELS[self]


_ORIGIN_LABELS = {
    RatingOrigin.USER: "本人评价",
    RatingOrigin.DEFAULT: "默认评价",
    RatingOrigin.BACKFILL: "补录",
    RatingOrigin.IMPORT: "外部导入",
    RatingOrigin.SAMPLE: "抽样回访",
}


class MatterKind(StrEnum):
    """Whether the rated matter is done on the spot or within a promised limit (interface family, `promiseTime`)."""

    INSTANT = "instant"
    PROMISED = "promised"

    @property
    def label(self) -> str:
        """The kind in Chinese."""
        return {MatterKind.INSTANT: "即办件", MatterKind.PROMISED: "承诺件"}[self]


class Rating(NamedTuple):
    """One rating, normalised: every field as text, empty where the source gave nothing.

    Two deliveries of one rating, whatever their file format, give equal tuples. `satisfaction_code` and `channel_code`
    are the source's own digits; `level`, `channel` and `matter_kind` are what they mean under the declared code system.
    Times are ISO 8601 with the offset of Beijing time. The fields from `user_name` to `agent_cert_number` are the
    evaluator's personal data; they are empty when the evaluator asked to be anonymous.

    What follows is this project's addition to the interface family, and nearly always empty: `origin` as the source
    stated it, the visit (一次一评), the theme (主题式、一链办), the other matters that the rating covers, as
    `number` or `number=item code` and separated by commas, what the clerk was given beside the matter (C-13), and the
    number of the window (窗口编号) within its unit.
    """

    project_no: str
    assess_number: str
    level: str
    satisfaction_code: str
    channel: str
    channel_code: str
    assessed_at: str
    tags: str
    comment: str
    anonymous: str
    default_flag: str
    dept_code: str
    dept_name: str
    accepting_code: str
    area_code: str
    area_name: str
    task_code: str
    task_handle_item: str
    task_name: str
    sub_matter: str
    handler_name: str
    handler_no: str
    accepted_at: str
    matter_kind: str
    matter_status: str
    evaluator_kind: str
    audit_status: str
    public_flag: str
    data_source: str
    effective_flag: str
    tag_version: str
    remediation_text: str
    reply_text: str
    user_name: str
    cert_type: str
    cert_number: str
    mobile: str
    agent_name: str
    agent_cert_type: str
    agent_cert_number: str
    origin: str = ""
    visit_no: str = ""
    theme_name: str = ""
    covered_matters: str = ""
    staff_level: str = ""
    staff_satisfaction_code: str = ""
    staff_tags: str = ""
    window_no: str = ""


FAMILY = Rating._fields[: Rating._fields.index("origin")]
"""The fields of a rating that stand in the interface family."""

ADDED = Rating._fields[len(FAMILY) :]
"""The fields of a rating that are this project's addition to it."""


class RatingRules(Value):
    """What a place's documents say about which ratings are taken (`models.surroundings`)."""

    rates_staff: bool
    """Whether the clerk may get stars beside the matter (`rated_objects`)."""
    batch_min: int = Field(ge=2)
    """From how many matters of one submission on one rating is taken for all (`batch_min`)."""
    once_per_visit: bool
    """Whether over the counter a visit is rated once (`once_per_visit`)."""


class CoveredMatter(Value):
    """A matter (办件) that is rated along with another one; `task_code` is empty where it has that one's item."""

    project_no: str
    task_code: str = ""


class Fault(NamedTuple):
    """What is wrong with one field of one row, and what to correct; all in Chinese for the person with the file."""

    field: str
    value: str
    reason: str
    fix: str


class PendingCase(Value):
    """A bad rating that was stored and whose case has not been opened yet. Nothing in it is personal."""

    case_no: str
    jurisdiction: str
    project_no: str
    assess_number: int
    level: SatisfactionLevel
    tags: tuple[str, ...]
    task_code: str
    task_name: str
    unit: str
    dept_code: str
    channel: ReviewChannel
    anonymous: bool
    assessed_at: AwareDatetime
    staff_no: str = ""
    window_no: str = ""
    staff_level: SatisfactionLevel | None = None
    """What the clerk was given beside the matter; None where only one object was rated."""
    staff_tags: tuple[str, ...] = ()


class Complaint(Value):
    """What the evaluator complained of: the reason tags in words, and the free text without the evaluator's numbers.

    Where matter and clerk got stars of their own, `level` is the matter's and `staff_level` the clerk's. `covered` are
    the other matters of a batch or a theme.
    """

    reasons: tuple[str, ...]
    text: str
    level: SatisfactionLevel | None = None
    staff_level: SatisfactionLevel | None = None
    theme: str = ""
    covered: tuple[CoveredMatter, ...] = ()


class EvaluatorContact(Value):
    """Whom to call back about a case. Personal: for the person who makes the call, never for the engine or a log."""

    name: str
    mobile: str


class ReasonCount(Value):
    """How many rows of an import were rejected for one reason."""

    field: str
    reason: str
    rows: int


class ImportedCase(Value):
    """A bad rating of an import, as the report lists it. Nothing in it is personal."""

    case_no: str
    level: SatisfactionLevel
    task_name: str
    unit: str
    channel: ReviewChannel
    anonymous: bool


class ImportReport(Value):
    """What became of the rows of one file.

    Every row is in exactly one of `stored`, `already_stored`, `repeated` and `rejected`. `stored` counts the rows that
    this import put in, also those of an earlier run that broke off; `bad` says how many of them are bad ratings.
    `already_stored` were there from another import with the same content, `repeated` stand twice in this file.
    """

    file: str
    jurisdiction: str
    code_system: str
    rows: int
    stored: int
    bad: int
    already_stored: int
    repeated: int
    rejected: int
    reasons: tuple[ReasonCount, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    rejects_file: str | None = None
    resumed_after: int = 0
    seconds: float = 0.0
    cases: tuple[ImportedCase, ...] = ()


class ImportRequest(Value):
    """What to import and how: `path` is the file, `rejects` where rejected rows go, beside the file when None."""

    path: str
    jurisdiction: str
    code_system: str
    bad_levels: frozenset[int]
    rules: RatingRules
    rejects: str | None = None


class Opened(NamedTuple):
    """How many cases were opened in all, and how many of them are parent cases of repetitions (重复差评根源治理)."""

    cases: int = 0
    parents: int = 0


class ImportProgress(NamedTuple):
    """How far an import has come; `share` is the part of the file that has been read, from 0 to 1."""

    rows: int
    rows_per_second: float
    share: float
