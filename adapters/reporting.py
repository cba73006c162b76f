"""Reports to the 12345 platform: the written feedback (书面反馈) and the closing report of each case.

Decides the fields of both reports. The names are those of the national interface family where it has one
(`projectNo`, `assessNumber`, `taskCode`, `rectification`, …); the rest follow its manner. Source of the
written feedback: 鄂州政办函〔2020〕27号 二(七)1 (整改情况书面反馈至12345市长专线办). Nothing of the evaluator is in a
report: the platform knows the evaluation by its number. The wire is left to `adapters.signed_http`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from activities.courier import Receipt, Refused
from adapters.signed_http import SignedHttp
from models.notices import NEEDED_FACTS, Fact, Message, NoticeKind

_ALWAYS: Mapping[str, Fact] = {
    "caseNo": Fact.CASE_NO,
    "projectNo": Fact.PROJECT_NO,
    "assessNumber": Fact.ASSESS_NUMBER,
    "areaCode": Fact.AREA_CODE,
    "taskCode": Fact.ITEM_CODE,
    "taskName": Fact.ITEM_NAME,
    "deptCode": Fact.UNIT_CODE,
    "deptName": Fact.UNIT_NAME,
    "verification": Fact.FINDING,
    "verificationBasis": Fact.FINDING_BASIS,
    "dispatchTime": Fact.DISPATCHED_AT,
    "signTime": Fact.SIGNED_AT,
    "rectification": Fact.MEASURES,
    "answer": Fact.RESULT,
    "feedbackTime": Fact.FEEDBACK_AT,
}

REPORT_FIELDS: Mapping[NoticeKind, Mapping[str, Fact]] = {
    NoticeKind.WRITTEN_FEEDBACK: _ALWAYS,
    NoticeKind.CLOSING_REPORT: {
        **_ALWAYS,
        "callbackResult": Fact.CALLBACK_RESULT,
        "ending": Fact.ENDING,
        "endingReason": Fact.REASON,
        "closeTime": Fact.CLOSED_AT,
        "rounds": Fact.ROUNDS,
        "missedLimits": Fact.MISSED_CLOCKS,
    },
}
"""Field of the report → fact of the case. A fact that the case does not have is null."""


@dataclass(frozen=True)
class ReportSender:
    """The reporting channel. A repeat is harmless: the platform keeps one report per number."""

    platform: SignedHttp

    async def send(self, message: Message) -> Receipt:
        """Raises Refused for a report that lacks what it must say."""
        return await self.platform.post(message.key, report(message))


def report(message: Message) -> dict[str, str | None]:
    """The body of the report: every field of its kind, with `reportNo` (the key) and `reportType`."""
    missing = sorted(fact.value for fact in NEEDED_FACTS[message.kind] if not message.context.get(fact))
    if missing:
        raise Refused(f"{message.kind.label}缺少必填内容：{'、'.join(missing)}")
    fields = REPORT_FIELDS[message.kind]
    return {
        "reportNo": message.key,
        "reportType": message.kind.value,
        **{name: message.context.get(fact) for name, fact in fields.items()},
    }
