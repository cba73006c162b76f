"""The policy of one jurisdiction as a value: every number and choice of the procedure that its documents set.

The value is pinned in each case's input together with its digest, so a new policy reaches a running case only through
an explicit message. Where each number comes from stands in `jurisdictions/<id>/policy.toml`.
"""

import hashlib
from enum import StrEnum

from pydantic import Field, model_validator

from models.actors import Role
from models.base import Value
from models.callbacks import CallbackResult
from models.due import DayHours, Limit


class NoticeChannel(StrEnum):
    """A way in which a person of the house can be told."""

    SMS = "sms"
    MAIL = "mail"


class CallbackPlan(Value):
    """How often a person is called before the attempt counts as failed.

    After `attempts` unanswered calls that fall on at least `half_days` different half-days the evaluator is
    unreachable; a result in `final_results` ends the calls at once.
    """

    attempts: int = Field(ge=1, le=20)
    half_days: int = Field(ge=1, le=20)
    final_results: tuple[CallbackResult, ...]

    @model_validator(mode="after")
    def _is_consistent(self) -> "CallbackPlan":
        if self.half_days > self.attempts:
            raise ValueError("要求的半天数（half_days）不能多于回访次数（attempts）")
        if CallbackResult.REACHED in self.final_results:
            raise ValueError("final_results 只能列出未接通的结果")
        return self


class Policy(Value):
    """The parameters of the procedure. Percentages in `warn_at` are shares of a limit, from 1 to 99."""

    jurisdiction: str
    name: str
    code_system: str
    bad_levels: tuple[int, ...]
    signoff_limit: Limit
    verify_callback_limit: Limit
    confirm_limit: Limit
    class_limits: dict[str, Limit]
    difficult_tags: tuple[str, ...]
    rework_rounds: int = Field(ge=0, le=9)
    advisory_cap: Limit | None
    post_callback_limit: Limit
    supervision_limit: Limit
    callback_plan: CallbackPlan
    verify_callback_actor: Role
    post_callback_actor: Role
    warn_at: tuple[int, ...]
    office_hours: DayHours
    notice_hours: DayHours
    notice_channels: dict[Role, tuple[NoticeChannel, ...]]
    written_feedback: bool
    report_office: str

    @model_validator(mode="after")
    def _is_consistent(self) -> "Policy":
        if not self.bad_levels or any(level not in range(1, 6) for level in self.bad_levels):
            raise ValueError("bad_levels 须为 1 至 5 之间的等级")
        if list(self.warn_at) != sorted(set(self.warn_at)) or any(not 0 < share < 100 for share in self.warn_at):
            raise ValueError("warn_at 须为 1 至 99 之间、由小到大的百分比")
        if "general" not in self.class_limits:
            raise ValueError("class_limits 至少要有 general（一般）")
        return self

    def digest(self) -> str:
        """Twelve hexadecimal digits that name this very policy."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]
