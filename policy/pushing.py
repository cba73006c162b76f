"""What a record for the provincial platform says, what it is recognised by, and what two lists of records differ in.

Decides the fields: those of the national interface family (`policy.rating_fields`) for a rating, and for the result of
a case those of the reports to the 12345 platform, which follow its manner. Digits are written in the code system that
the platform declares. The evaluator's name, numbers and agent go out only where the installation says so. How records
travel is the adapters' business.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from models.callbacks import CallbackKind
from models.case import Ending, Finding, FindingBasis
from models.due import in_shanghai
from models.pushes import Difference, Fields, Ours, PushFinding, PushState, Reconciliation
from models.ratings import ADDED, MatterKind, Rating, ReviewChannel, SatisfactionLevel
from policy.code_systems import Codes
from policy.rating_fields import FIELDS

PERSONAL_FIELDS = frozenset(
    ("userName", "userPageType", "certKey", "mobile", "handleUserName", "handleUserPageType", "handleUserPageCode")
)
"""Fields of a rating that say who the evaluator or the evaluator's agent is (EZ-41)."""

PERSONAL_ATTRIBUTES = frozenset(name for each in FIELDS if each.name in PERSONAL_FIELDS for name in each.attributes)

_ADDED = frozenset(each.name for each in FIELDS if each.attributes[0] in ADDED)
"""Fields that this project adds to the interface family; they go out where they say something."""

_ANONYMITY = {"t": "1", "f": "2"}
_DEFAULT = "1"
_TIMES = ("assessTime", "acceptDate")


class CaseResult(NamedTuple):
    """What became of a case, as the ledger tells it. Texts are empty and moments None where it has none."""

    case_no: str
    project_no: str
    assess_number: int
    area_code: str
    task_code: str
    task_name: str
    unit_code: str
    unit_name: str
    dispatched_at: datetime
    signed_at: datetime | None
    finding: Finding | None
    finding_basis: FindingBasis | None
    measures: str
    remediated_at: datetime | None
    rounds: int
    callback: str
    appeal: str
    ending: Ending | None
    ending_reason: str
    ended_at: datetime | None


class SaidOfCase(NamedTuple):
    """What an entry of the ledger says, as far as a result needs it."""

    at: datetime
    details: Mapping[str, str]


class Told(NamedTuple):
    """What the entries of a case say together: the last remediation, the last callback after it, appeal and ending."""

    measures: str = ""
    remediated_at: datetime | None = None
    callback: str = ""
    appeal: str = ""
    ending_reason: str = ""


def rating_fields(rating: Rating, codes: Codes, with_person: bool) -> Fields:
    """A rating in the names of the interface family; every field of it is there, None where there is nothing to say.

    Without `with_person` the personal ones are left out.
    """
    fields: dict[str, str | None] = {
        each.name: _text(getattr(rating, each.attributes[0]))
        for each in FIELDS
        if with_person or each.name not in PERSONAL_FIELDS
    }
    fields |= {name: _moment(_instant(fields[name])) for name in _TIMES}
    channel = ReviewChannel(rating.channel)
    if channel is ReviewChannel.SYSTEM_DEFAULT:
        fields["isProtion"] = fields["isProtion"] or _DEFAULT
    fields["satisfaction"] = _digit(codes.satisfaction, SatisfactionLevel(int(rating.level)))
    fields["pf"] = _digit(codes.channels, channel)
    fields["promiseTime"] = _digit(codes.matter_kinds, MatterKind(rating.matter_kind)) if rating.matter_kind else None
    fields["anonymityFlag"] = _ANONYMITY.get(rating.anonymous)
    if rating.staff_level:
        fields["staffSatisfaction"] = _digit(codes.satisfaction, SatisfactionLevel(int(rating.staff_level)))
    return {name: said for name, said in fields.items() if said is not None or name not in _ADDED}


def case_fields(result: CaseResult) -> Fields:
    """The result of a case; every field is there. Nothing of the evaluator is in it."""
    return {
        "caseNo": result.case_no,
        "projectNo": result.project_no,
        "assessNumber": str(result.assess_number),
        "areaCode": _text(result.area_code),
        "taskCode": _text(result.task_code),
        "taskName": _text(result.task_name),
        "deptCode": _text(result.unit_code),
        "deptName": _text(result.unit_name),
        "verification": result.finding.label if result.finding else None,
        "verificationBasis": result.finding_basis.label if result.finding_basis else None,
        "dispatchTime": _moment(result.dispatched_at),
        "signTime": _moment(result.signed_at),
        "rectification": _text(result.measures),
        "answer": f"第{result.rounds}轮整改已完成" if result.measures else None,
        "feedbackTime": _moment(result.remediated_at),
        "callbackResult": _text(result.callback),
        "appealResult": _text(result.appeal),
        "adopted": None if result.ending is None else "1" if result.ending.counts else "2",
        "ending": result.ending.label if result.ending else None,
        "endingReason": _text(result.ending_reason),
        "closeTime": _moment(result.ended_at),
        "rounds": str(result.rounds),
    }


def told(entries: Iterable[SaidOfCase]) -> Told:
    """What the entries say, oldest first. They are asked for the keys that a step writes, not for their words."""
    said = Told()
    for at, details in entries:
        if "measures" in details:
            said = said._replace(measures=details["measures"], remediated_at=at, callback="")
        if details.get("callback") == CallbackKind.POST_REMEDIATION.label and "result" in details:
            answers = (details["result"], details.get("satisfied", ""))
            said = said._replace(callback="，".join(each for each in answers if each))
        if "appeal_result" in details:
            said = said._replace(appeal=details["appeal_result"])
        if "ending" in details:
            said = said._replace(ending_reason=details.get("reason", ""))
    return said


def digest_of(fields: Fields) -> str:
    """SHA-256 (hex) of the fields as JSON: names in order, no blanks, Chinese as it is, in UTF-8."""
    text = json.dumps(dict(fields), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def batch_key(digests: Mapping[str, str]) -> str:
    """By what a batch is recognised: the same records with the same content are the same batch."""
    return hashlib.sha256("\n".join(f"{key} {digests[key]}" for key in sorted(digests)).encode()).hexdigest()


def due_until(now: datetime, every: timedelta) -> datetime:
    """Up to when what came up is sent now: all of it, or what came up before the last full step of `every` in a day.

    Steps are counted from midnight in Shanghai: with two hours at 0:00, 2:00, 4:00, …
    """
    if not every:
        return now
    local = in_shanghai(now)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (local - midnight) // every * every


def compare(day: date, ours: Mapping[str, Ours], theirs: Mapping[str, str]) -> Reconciliation:
    """What the two sides have of one day of evaluation, by key; `theirs` are the digests that the platform lists."""
    differences = tuple(_differences(ours, theirs))
    found = {each.key for each in differences}
    to_come = sum(1 for key, mine in ours.items() if key not in theirs and mine.state is not PushState.ACCEPTED)
    agreed = sum(1 for key in theirs if key not in found)
    return Reconciliation(day, len(ours), len(theirs), agreed, to_come, differences)


def _differences(ours: Mapping[str, Ours], theirs: Mapping[str, str]) -> Iterator[Difference]:
    for key in sorted(ours.keys() | theirs.keys()):
        mine, their_digest = ours.get(key), theirs.get(key)
        if mine is None:
            yield Difference(key, PushFinding.MISSING_HERE, "", their_digest or "")
        elif their_digest is None:
            if mine.state is PushState.ACCEPTED:
                yield Difference(key, PushFinding.MISSING_THERE, mine.digest, "")
        elif mine.digest != their_digest:
            settled = mine.digest and mine.state is not PushState.WAITING
            yield Difference(
                key, PushFinding.DIFFERS if settled else PushFinding.UNACKNOWLEDGED, mine.digest, their_digest
            )


def _text(written: str | None) -> str | None:
    return written or None


def _instant(iso: str | None) -> datetime | None:
    return datetime.fromisoformat(iso) if iso else None


def _moment(moment: datetime | None) -> str | None:
    """yyyy-MM-dd HH:mm:ss in Beijing time, as the interface family writes it."""
    return None if moment is None else f"{in_shanghai(moment):%Y-%m-%d %H:%M:%S}"


def _digit(digits: Mapping[str, object], meaning: object) -> str | None:
    """The digit of that meaning; None where the code system has none for it."""
    return next((digit for digit, means in digits.items() if means == meaning), None)
