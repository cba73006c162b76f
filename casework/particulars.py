"""What a case met on its way beside the plain path: appeal, requests, returns, co-handling, escalations, links.

Decides how that reads on the page of a case, and which keys scripts find it under. The facts come from the state, their
words from the ledger.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from casework.limits import date_change_for_scripts
from casework.names import Names
from casework.standing import Standing
from casework.text import end_of, for_scripts, instant
from models.case import Appeal, CaseState
from models.clocks import ClockKind
from models.kinds import CaseSource, MeasureKind, Priority
from models.links import LinkKind, LinkView
from models.steps import Event
from models.views import ClockView, DateChangeView, EntryView
from policy.wording import window_name

Row = tuple[str, str]


@dataclass(frozen=True)
class Dossier:
    """All that is kept of a case, read once."""

    standing: Standing
    entries: Sequence[EntryView]
    moves: Sequence[DateChangeView]
    links: Sequence[LinkView]
    stand_ins: Sequence[str]
    """Who stands in for the officer in charge today."""


def rows_of(dossier: Dossier, names: Names) -> list[Row]:
    """The rows of the case's head that only some cases have."""
    case, state = dossier.standing.case, dossier.standing.state
    rows = []
    if case.window_no:
        rows.append(("窗口", window_name(case.window_no)))
    if case.priority is not Priority.NORMAL:
        rows.append(("优先级", case.priority.label))
    if case.assignee is not None:
        deputies = "、".join(names.user(each) for each in dossier.stand_ins)
        rows.append(("经办人", names.user(case.assignee) + (f"，今天由{deputies}代理" if deputies else "")))
    if state.leader is not None:
        rows.append(("主要领导领办", names.user(state.leader)))
    rows += _whose(dossier, state, names)
    rows += _terms(state, names)
    if state.special_ledger:
        rows.append(("专门台账", "已列入"))
    if state.withdrawn_at is not None:
        rows.append(("撤回评价", f"{instant(state.withdrawn_at)}，评价人已撤回，不再回访"))
    rows += _lookbacks(dossier, state)
    rows += [("关联", text) for text in _links(dossier)]
    return rows


def appeal_rows(state: CaseState, names: Names) -> list[Row]:
    """申诉: who, when, and how it was decided."""
    appeal = state.appeal
    if appeal is None:
        if state.late_appeal_by is None:
            return []
        return [("准予逾期", f"{names.user(state.late_appeal_by)}，尚未提出")]
    late = f"，逾期，由{names.user(appeal.late_allowed_by)}准予" if appeal.late_allowed_by else ""
    rows = [("提出", f"{instant(appeal.filed_at)}，{names.user(appeal.filed_by)}{late}")]
    if appeal.reviewed_by is not None:
        rows.append(("复核", names.user(appeal.reviewed_by)))
    return [*rows, ("结果", _appeal_result(appeal))]


@dataclass(frozen=True)
class Measure:
    """One recorded escalation: its document, its limit, and what came of it."""

    kind: MeasureKind
    number: int
    issued: EntryView
    clock: ClockView | None
    fulfilled: EntryView | None = None


def measures_of(entries: Iterable[EntryView], clocks: Sequence[ClockView]) -> list[Measure]:
    """The recorded escalations of a case; there is at most one open of each kind."""
    by_label = {kind.label: kind for kind in MeasureKind}
    found: list[Measure] = []
    for entry in entries:
        kind = by_label.get(entry.details.get("measure", ""))
        if kind is None:
            continue
        earlier = [index for index, each in enumerate(found) if each.kind is kind]
        if entry.event is Event.MEASURE_ISSUED:
            number = len(earlier) + 1
            its_own = ClockKind(kind.value), number
            clock = next((clock for clock in clocks if (clock.kind, clock.round) == its_own), None)
            found.append(Measure(kind, number, entry, clock))
        elif entry.event is Event.MEASURE_FULFILLED and earlier:
            last = found[earlier[-1]]
            found[earlier[-1]] = replace(last, fulfilled=entry)
    return found


def measure_rows(measures: Iterable[Measure]) -> list[tuple[str, ...]]:
    """The recorded escalations for a table: kind, document, when, by when, what came of it."""
    return [
        (
            measure.kind.label,
            measure.issued.details.get("document_no", ""),
            f"{instant(measure.issued.at)} 下达",
            f"至 {end_of(measure.clock.due.deadline)}" if measure.clock else "",
            f"已销号：{measure.fulfilled.details.get('outcome', '')}" if measure.fulfilled else "尚未销号",
        )
        for measure in measures
    ]


def particulars_for_scripts(dossier: Dossier) -> dict[str, Any]:
    """The same with stable keys; what a case did not meet is null, zero or an empty list."""
    state = dossier.standing.state
    found: dict[str, Any] = for_scripts(
        {
            "stand_ins": list(dossier.stand_ins),
            "leader": state.leader,
            "returns": state.returns,
            "unit_is_binding": state.unit_is_binding,
            "extensions": state.extensions,
            "extension_request": state.extension,
            "class_request": state.class_request,
            "pauses": state.pauses,
            "held": list(state.held),
            "co_units": [
                {"unit": unit, "done": done, "opinion": _opinion(dossier.entries, unit)}
                for unit, done in state.co_units.items()
            ],
            "conferences": _conferences(dossier.entries),
            "special_ledger": state.special_ledger,
            "measures": [_measure(each) for each in measures_of(dossier.entries, dossier.standing.clocks)],
            "withdrawn_at": state.withdrawn_at,
            "appeal": state.appeal,
            "late_appeal_by": state.late_appeal_by,
            "lookback_open": state.lookback_open,
            "links": list(dossier.links),
            "date_changes": [date_change_for_scripts(move) for move in dossier.moves],
        }
    )
    return found


def _whose(dossier: Dossier, state: CaseState, names: Names) -> list[Row]:
    """退单, 协办, 联席会议."""
    rows = []
    if state.returns:
        binding = "，承办单位已由监督人员指定，不得再退" if state.unit_is_binding else ""
        rows.append(("退单", f"{state.returns} 次{binding}"))
    for unit, done in state.co_units.items():
        opinion = f"已提交意见：{_opinion(dossier.entries, unit) or ''}" if done else "尚未提交意见"
        rows.append(("协办单位", f"{names.unit(unit)}，{opinion}"))
    for number, meeting in enumerate(_conferences(dossier.entries), start=1):
        units = names.of_detail("units", meeting["units"])
        conclusion = f"结论：{meeting['conclusion']}" if meeting["conclusion"] else "尚未登记结论"
        rows.append(("联席会议", f"第 {number} 次（{units}），{conclusion}"))
    return rows


def _terms(state: CaseState, names: Names) -> list[Row]:
    """延期, 变更类别, 暂停."""
    rows = []
    extension = [f"已延期 {state.extensions} 次"] if state.extensions else []
    if state.extension is not None:
        extension.append(f"{names.user(state.extension.asked_by)}申请延期至 {state.extension.until}，等待审批")
    if extension:
        rows.append(("延期", "；".join(extension)))
    if state.class_request is not None:
        wanted, asked_by = state.class_request.case_class, state.class_request.asked_by
        rows.append(("变更类别", f"{names.user(asked_by)}申请变更为{wanted.label}，等待审批"))
    pause = [f"已暂停 {state.pauses} 次"] if state.pauses else []
    if state.stands_still:
        pause.append(f"整改时限正在暂停计时（{'、'.join(state.held)}）")
    if pause:
        rows.append(("暂停", "；".join(pause)))
    return rows


def _lookbacks(dossier: Dossier, state: CaseState) -> list[Row]:
    done = [entry for entry in dossier.entries if entry.event is Event.LOOKED_BACK]
    rows = [
        ("回头看", f"{instant(entry.at)} {entry.details.get('solved', '')}：{entry.details.get('note', '')}")
        for entry in done
    ]
    return [*rows, ("回头看", "列入抽查，尚未登记")] if state.lookback_open else rows


def _links(dossier: Dossier) -> list[str]:
    case_no = dossier.standing.case.case_no
    texts = []
    for link in dossier.links:
        match link.kind:
            case LinkKind.REPEAT if link.case_no == case_no:
                texts.append(f"{link.kind.label}：{link.linked_no}")
            case LinkKind.REPEAT:
                texts.append(f"{CaseSource.REPEATED.label}案件：{link.case_no}")
            case LinkKind.RE_EVALUATION if link.case_no == case_no:
                level = f"（{link.level.label}）" if link.level is not None else ""
                texts.append(f"{link.kind.label}：{link.linked_no}{level}")
            case LinkKind.RE_EVALUATION:
                texts.append(f"本案是 {link.case_no} 的{link.kind.label}")
    return texts


def _appeal_result(appeal: Appeal) -> str:
    if appeal.awaits_confirmation:
        finding = f"拟认定{appeal.finding.label}，" if appeal.finding else ""
        return f"{finding}等待所在管理单位确认"
    if appeal.upheld is None:
        return "等待复核"
    when = f"{instant(appeal.decided_at)} " if appeal.decided_at else ""
    if not appeal.upheld:
        return f"{when}申诉不成立"
    return f"{when}申诉成立，认定{appeal.finding.label if appeal.finding else '误评'}，不予采纳"


def _opinion(entries: Iterable[EntryView], unit: str) -> str | None:
    given = [
        entry.details.get("opinion")
        for entry in entries
        if entry.event is Event.CO_OPINION_SUBMITTED and entry.details.get("unit") == unit
    ]
    return given[-1] if given else None


def _conferences(entries: Iterable[EntryView]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for entry in entries:
        if entry.event is Event.CONFERENCE_CONVENED:
            units, reason = entry.details.get("units", ""), entry.details.get("reason", "")
            found.append({"at": entry.at, "units": units, "reason": reason, "conclusion": None})
        elif entry.event is Event.CONFERENCE_CONCLUDED and found:
            found[-1]["conclusion"] = entry.details.get("conclusion", "")
    return found


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "kind": measure.kind,
        "label": measure.kind.label,
        "number": measure.number,
        "document_no": measure.issued.details.get("document_no", ""),
        "reason": measure.issued.details.get("reason", ""),
        "issued_at": measure.issued.at,
        "issued_by": measure.issued.actor_user,
        "deadline": measure.clock.due.deadline if measure.clock else None,
        "fulfilled_at": measure.fulfilled.at if measure.fulfilled else None,
        "outcome": measure.fulfilled.details.get("outcome") if measure.fulfilled else None,
    }
