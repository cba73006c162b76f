"""What a jurisdiction's documents set around the cases: ratings, statistics, publication, assessment.

`models.policy.Policy` is what drives one case and is pinned in it; these parameters are not, so a change of them never
reaches a running case. The code acts upon those in `ACTED_UPON`: only from the sources that `case_sources` lists may
reports be registered by hand, `rated_objects`, `batch_min` and `once_per_visit` say which ratings are taken, and the
figures are counted, ranked, published and compared with targets by the others; `report_periods` and `sample_plan` say
what comes back with the calendar (`policy.rhythm`); `evaluation_reminder`, `evaluation_window` and `default_rating`
whom an invitation reaches when, and what is rated by default (`policy.invitations`). The rest states the document's
rule, so that it is in one place with its source.
"""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from models.base import Value
from models.due import Limit

ACTED_UPON = frozenset(
    {
        "rated_objects",
        "batch_min",
        "once_per_visit",
        "evaluation_window",
        "evaluation_reminder",
        "default_rating",
        "default_is_active_evaluation",
        "case_sources",
        "level3_counts_as",
        "ranking_period",
        "bottom_n",
        "kpi_targets",
        "publish_fields",
        "report_periods",
        "sample_plan",
    }
)
"""The parameters here that change what the software does; the others only state the rule."""


class LevelThree(StrEnum):
    """As what the middle level counts in the good rate (TA-14, C-15)."""

    GOOD = "good"
    NEUTRAL = "neutral"


class RatedObject(StrEnum):
    """What is rated (EZ-01, TA-04, TJ-03)."""

    ITEM = "item"
    AGENCY = "agency"
    PLATFORM = "platform"
    WINDOW = "window"
    STAFF = "staff"


class IntakeSource(StrEnum):
    """From where problems come that may become cases (EZ-23, GH-01, TA-11, XT-12)."""

    CHANNELS = "channels"
    """Ratings over any of the channels of evaluation."""
    HOTLINE = "hotline"
    UNRESOLVED_WINDOW = "unresolved_window"
    PETITION = "petition"
    MAILBOX = "mailbox"
    SAMPLE_CALLBACK = "sample_callback"
    QUESTIONNAIRE = "questionnaire"
    SATISFACTION_SURVEY = "satisfaction_survey"
    PUBLIC_APPRAISAL = "public_appraisal"
    SHORT_VIDEO = "short_video"
    MESSAGE_BOARD = "message_board"


class ReminderOrigin(StrEnum):
    """From when the reminder to evaluate is counted."""

    CLOSED = "closed"
    LEFT = "left"


class Reminder(Value):
    """The message that invites whoever has not evaluated: how long after the matter's closing or the visit's end."""

    after: Limit
    since: ReminderOrigin


class DispatchLimit(StrEnum):
    """How soon a bad review is dispatched. All documents say at once, and import and API do it at once."""

    AT_ONCE = "at_once"


class Period(StrEnum):
    """How often something is done."""

    REAL_TIME = "real_time"
    PERIODIC = "periodic"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    ANNUAL = "annual"


class BottomRule(Value):
    """Who is at the bottom of a ranking: the last so many (0: nobody), so many times in a row."""

    last: int = Field(default=0, ge=0, le=100)
    in_a_row: int = Field(default=1, ge=1, le=12)


class SamplePlan(Value):
    """The sampled callbacks of a period: how many people, windows and centres; None where the document is open."""

    period: Period
    people: int | None = Field(default=None, ge=1)
    windows: int | None = Field(default=None, ge=1)
    centres: int | None = Field(default=None, ge=1)


class PublishField(StrEnum):
    """What is published (EZ-36, TA-33, TJ-20, TJ-21)."""

    RESULTS = "results"
    REMEDIATION = "remediation"
    DEPARTMENTS = "departments"
    TOTAL_COUNT = "total_count"
    GOOD_COUNT = "good_count"
    BAD_COUNT = "bad_count"
    GOOD_RATE = "good_rate"
    BAD_RATE = "bad_rate"
    HOT_TAGS = "hot_tags"
    CHANNELS = "channels"


class Kpi(StrEnum):
    """The indicators for which documents set a target (EZ-30, XT-01, TJ-12)."""

    REAL_NAME_CLOSED_LOOP_RATE = "real_name_closed_loop_rate"
    VERIFIED_RATE = "verified_rate"
    REMEDIATION_RATE = "remediation_rate"
    ON_TIME_RATE = "on_time_rate"
    CALLBACK_RATE = "callback_rate"


LabelSet = Annotated[tuple[str, ...], Field(min_length=5, max_length=5)]
"""The five levels in words, the best first."""

Percent = Annotated[int, Field(ge=0, le=100)]


class Surroundings(Value):
    """The parameters around the cases; only those in `ACTED_UPON` change what the software does."""

    level_label_sets: tuple[LabelSet, ...] = Field(min_length=1)
    level3_counts_as: LevelThree
    rated_objects: tuple[RatedObject, ...] = Field(min_length=1)
    case_sources: tuple[IntakeSource, ...] = Field(min_length=1)
    evaluation_window: Limit | None
    """How long after closing a rating is taken; None: at any later time."""
    evaluation_reminder: Reminder | None
    default_rating: int | None = Field(ge=1, le=5)
    """The level that stands for a rating nobody gave when the window has passed; None: there is none."""
    default_is_active_evaluation: bool
    batch_min: int = Field(ge=2, le=1000)
    """From how many matters of one submission on one rating stands for all."""
    once_per_visit: bool
    """Whether over the counter one visit is rated once (一次一评); if not, each matter is."""
    dispatch_limit: DispatchLimit
    credit_export: bool
    ranking_period: tuple[Period, ...]
    bottom_n: BottomRule
    sample_plan: SamplePlan | None
    report_periods: tuple[Period, ...]
    publish_fields: tuple[PublishField, ...]
    kpi_targets: dict[Kpi, Percent]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if contradiction := _contradiction(self):
            raise ValueError(contradiction)
        return self


def _contradiction(around: Surroundings) -> str | None:
    """Parameters that cannot hold together; the key that the sentence names first is the one to correct."""
    if around.default_rating is not None and around.evaluation_window is None:
        return "default_rating 须有评价期（evaluation_window）：没有期限，就没有“逾期未评价”"
    if around.default_is_active_evaluation and around.default_rating is None:
        return "default_is_active_evaluation 为 true，却没有默认评价（default_rating）"
    if around.bottom_n.last and not around.ranking_period:
        return "bottom_n 须有排名周期（ranking_period）"
    if around.bottom_n.in_a_row > 1 and not around.bottom_n.last:
        return "bottom_n 写了连续次数（in_a_row），就要写末几名（last）"
    if around.credit_export:
        return (
            "credit_export 只能为 false：失信惩戒须以法律、法规或党中央、国务院政策文件为依据并列入目录"
            "（国办发〔2020〕49号），本系统不向信用档案推送"
        )
    return next((reason for reason in map(_repeated, _LISTS, (getattr(around, key) for key in _LISTS)) if reason), None)


_LISTS = ("rated_objects", "case_sources", "ranking_period", "report_periods", "publish_fields")


def _repeated(key: str, values: tuple[str, ...]) -> str | None:
    twice = sorted({each for each in values if values.count(each) > 1})
    return f"{key} 中 {'、'.join(twice)} 重复" if twice else None
