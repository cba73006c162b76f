"""What those see and send who are not of the house: other systems by token, citizens by link, everybody in public."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from models.base import Value
from models.ratings import SatisfactionLevel


class Scope(StrEnum):
    """What a token is good for."""

    RATINGS_WRITE = "ratings:write"
    MATTERS_WRITE = "matters:write"
    CASES_READ = "cases:read"
    CASES_ACT = "cases:act"

    @property
    def label(self) -> str:
        """The scope in Chinese."""
        return {
            Scope.RATINGS_WRITE: "上报评价",
            Scope.MATTERS_WRITE: "上报办件",
            Scope.CASES_READ: "查询案件和待办",
            Scope.CASES_ACT: "以所属用户的名义办理",
        }[self]


class ApiToken(Value):
    """A bearer token without its secret. It acts in the name of `user_id` and stops at `expires_at` or when revoked."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    user_id: str
    made_by: str
    made_at: AwareDatetime
    expires_at: AwareDatetime
    last_used_at: AwareDatetime | None = None
    revoked_at: AwareDatetime | None = None
    revoked_by: str | None = None

    def standing(self, now: AwareDatetime) -> str:
        """How it stands, in Chinese."""
        if self.revoked_at is not None:
            return "已撤销"
        return "已过期" if self.expires_at <= now else "有效"


class TakenStatus(StrEnum):
    """Whether a rating was stored now, was there before with the same content, or was not taken."""

    STORED = "stored"
    ALREADY_STORED = "already_stored"
    REJECTED = "rejected"


class FieldFault(Value):
    """What is wrong with one field; the value itself is not repeated, it may be personal."""

    field: str
    reason: str
    fix: str


class TakenRating(Value):
    """What became of one rating that another system sent; `faults` say what to correct when it was not taken."""

    index: int
    status: TakenStatus
    case_no: str | None = None
    """The number of the case that a bad rating becomes; it is opened shortly afterwards."""
    faults: tuple[FieldFault, ...] = ()


class Milestone(Value):
    """One thing that happened to a case, in a citizen's words."""

    at: AwareDatetime
    text: str


class LinkedCase(Value):
    """The case behind a link: whether a rating lies behind it, and whether the re-evaluation was given."""

    case_no: str
    has_rating: bool
    rated: bool


class HandedLink(Value):
    """办件进度链接 that somebody hands to the evaluator: `site` and `token` together are its address.

    `shown_until` is when the page hides it; it opens the case until `expires_at`.
    """

    site: str
    token: str
    expires_at: AwareDatetime
    shown_until: AwareDatetime


class CitizenView(Value):
    """What a citizen's link shows. Nothing in it names a person, and nothing the evaluator."""

    case_no: str
    item: str
    unit: str
    assessed_at: AwareDatetime
    standing: str
    next_step: str
    milestones: tuple[Milestone, ...]
    may_rate: bool
    rated: bool
    said: str = "评价"
    """What the citizen did: rated something, or reported it (反映)."""


class ReEvaluation(Value):
    """再评价 over a link: the level, 5 best, the reason tags of that level by their codes, and a text."""

    level: SatisfactionLevel
    tags: tuple[str, ...] = ()
    comment: str = Field(default="", max_length=500)


class FigureRow(Value):
    """Counts of one group. What would single somebody out is None: good and bad, or all three."""

    name: str
    total: int | None
    good: int | None
    bad: int | None

    @property
    def good_percent(self) -> str:
        """The share of good ones, truncated to a decimal; a dash when it is hidden or nobody rated."""
        tenths = self._tenths
        return "—" if tenths is None else f"{tenths // 10}.{tenths % 10}%"

    @property
    def bad_percent(self) -> str:
        """The rest to a hundred, so that it is never shown too small."""
        tenths = self._tenths
        return "—" if tenths is None else f"{(1000 - tenths) // 10}.{(1000 - tenths) % 10}%"

    @property
    def _tenths(self) -> int | None:
        return None if not self.total or self.good is None else self.good * 1000 // self.total


class TagCount(Value):
    """How many ratings bear a tag."""

    name: str
    good: bool
    count: int


class PublicMonth(Value):
    """The figures of one month (`2026-02`) of a place as they are public, those that were not adopted left out.

    `put_right` are the bad reviews that were closed in the month after remediation; good ones of these are those whose
    evaluator was content in the callback.
    """

    month: str
    counted_at: AwareDatetime
    total: FigureRow
    units: tuple[FigureRow, ...]
    channels: tuple[FigureRow, ...]
    tags: tuple[TagCount, ...]
    rare_tags: int
    """How many tags were left out because few people gave them."""
    put_right: FigureRow


class PublicNumber(Value):
    """One public number, as open data has it: of which month, in which table, of which group, what it counts.

    `value` is None where the number is hidden; shares are texts with a percent sign.
    """

    month: str
    table: str
    group: str
    measure: str
    value: int | str | None
