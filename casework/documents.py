"""Official documents (文书) of a case: which its ledger makes possible, who may have them, and what fills their blanks.

Everything comes from the ledger up to the step that brought the document about, so that a document which is made again
says the same. The words around it stand in the templates of the jurisdiction; numbering and making files is handed in.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from calendars import WorkingCalendar
from casework.chronicle import level_text
from casework.limits import limit_name
from casework.names import Names
from casework.particulars import Measure, measures_of
from casework.ports import Front, People
from casework.standing import Standing
from casework.text import deadline, end_of
from models.actors import Actor, Role
from models.analysis import Report
from models.case import UNNAMED_ITEM
from models.circulars import FilledCircular
from models.documents import OPTIONAL, Blank, Document, DocumentKind, Filled
from models.due import in_shanghai
from models.kinds import CaseSource, Finding, MeasureKind
from models.policy import Policy
from models.ratings import ReviewChannel
from models.steps import Event
from models.views import CaseView, ClockView, DateChangeView, EntryView

_OF_MEASURE = {
    MeasureKind.SUPERVISE.label: DocumentKind.SUPERVISION_ORDER,
    MeasureKind.INTERVIEW.label: DocumentKind.INTERVIEW_NOTICE,
    MeasureKind.CIRCULAR.label: DocumentKind.CIRCULAR,
}
"""A referral (移送) has none: what is handed over is the file of the case."""

_OF_THE_UNIT = frozenset({Role.OFFICER, Role.HEAD})
_READERS = {
    DocumentKind.WRITTEN_FEEDBACK: _OF_THE_UNIT | {Role.HOTLINE, Role.SUPERVISOR},
    DocumentKind.SUPERVISION_ORDER: _OF_THE_UNIT | {Role.SUPERVISOR},
    DocumentKind.INTERVIEW_NOTICE: _OF_THE_UNIT | {Role.SUPERVISOR},
    DocumentKind.CIRCULAR: _OF_THE_UNIT | {Role.SUPERVISOR},
    DocumentKind.APPEAL_DECISION: _OF_THE_UNIT | {Role.SUPERVISOR, Role.REVIEWER, Role.CLERK},
}
READERS = frozenset().union(*_READERS.values())
"""The roles for which there is any document."""


class Press(Protocol):
    """Numbers documents and makes files of them."""

    @property
    def has_pdf(self) -> bool:
        """Whether PDF can be made here."""
        ...

    def numbers(self, case_no: str) -> Mapping[int, str]:
        """The numbers that documents of the case were given, by their steps."""
        ...

    def number(self, document: Document, by: str | None) -> str:
        """The document's number: the one that it has, or the next one, which it keeps. `by` is who asked first."""
        ...

    def docx(self, document: Document, blanks: Filled) -> bytes:
        """The document as DOCX. Raises NoDocument for a template that is wrong."""
        ...

    def report(self, report: Report) -> bytes:
        """A report as DOCX."""
        ...

    def circular(self, jurisdiction: str, content: FilledCircular) -> bytes:
        """The circular of a period as DOCX. Raises NoDocument for a template that is wrong."""
        ...

    def pdf(self, docx: bytes) -> bytes:
        """That DOCX as PDF. Raises NoDocument when it cannot be made here."""
        ...


@dataclass(frozen=True)
class Papers:
    """All that the documents of a case draw on, read once."""

    standing: Standing
    entries: Sequence[EntryView]
    moves: Sequence[DateChangeView]
    calendars: Mapping[str, WorkingCalendar]
    tags: Sequence[str]
    """The reason tags of the review, in words."""
    names: Names
    report_office: str
    """The name of the office to which results are reported."""

    @property
    def case(self) -> CaseView:
        """The case."""
        return self.standing.case

    def until(self, step: int) -> list[EntryView]:
        """The ledger up to that step."""
        return [entry for entry in self.entries if entry.seq <= step]

    def at(self, step: int) -> EntryView:
        """The entry of that step."""
        return next(entry for entry in self.entries if entry.seq == step)


def papers_of(front: Front, standing: Standing, entries: Sequence[EntryView], tags: Sequence[str]) -> Papers:
    """What the documents of a case draw on."""
    versions = {clock.due.calendar_version for clock in standing.clocks}
    return Papers(
        standing=standing,
        entries=entries,
        moves=front.reader.date_changes(standing.case.case_no),
        calendars={version: front.reader.calendar(version) for version in versions},
        tags=tags,
        names=Names(front.people),
        report_office=_report_office(front.people, standing.case, standing.rules.policy),
    )


def documents_of(case: CaseView, entries: Sequence[EntryView], policy: Policy) -> list[Document]:
    """The documents that the ledger makes possible, in the order of their steps."""
    found = ((entry, _kind_of(entry, policy)) for entry in entries)
    return [
        Document(
            case_no=case.case_no,
            jurisdiction=case.jurisdiction,
            kind=kind,
            step=entry.seq,
            day=in_shanghai(entry.at).date(),
            number=entry.details.get("document_no", ""),
        )
        for entry, kind in found
        if kind is not None
    ]


def may_have(actor: Actor, kind: DocumentKind, case: CaseView) -> bool:
    """Whether somebody who may see the case may have the document.

    The unit's people get what their unit sends or receives, the hotline what is sent to it, the clerk the decision on
    the own appeal. A unit that only helps gets none.
    """
    if actor.role not in _READERS[kind]:
        return False
    if actor.role is Role.CLERK:
        appeal = case.state.appeal if case.state is not None else None
        return appeal is not None and appeal.filed_by == actor.user
    return actor.role not in _OF_THE_UNIT or actor.unit == case.unit


def documents_for(actor: Actor | None, case: CaseView, entries: Sequence[EntryView], policy: Policy) -> list[Document]:
    """The documents of the case that this person may have; without a person, all."""
    every = documents_of(case, entries, policy)
    return [each for each in every if actor is None or may_have(actor, each.kind, case)]


def made(document: Document, papers: Papers, press: Press, by: str | None) -> tuple[str, bytes]:
    """The document's number and the document as DOCX; one without a number gets it now. Raises NoDocument."""
    number = document.number or press.number(document, by)
    return number, press.docx(document, filled(document, number, papers))


def file_name(document: Document, number: str) -> str:
    """What the file is called, without its ending: 督办函_测试督查〔2026〕3号. The number is as people wrote it."""
    return re.sub(r"[/\\]", "_", f"{document.kind.label}_{number}")


def filled(document: Document, number: str, papers: Papers) -> Filled:
    """What stands in the blanks; an optional one that this case leaves open is an empty text."""
    entry = papers.at(document.step)
    blanks = _head(document, number, entry, papers) | _of_the_case(document, entry, papers)
    match document.kind:
        case DocumentKind.WRITTEN_FEEDBACK:
            blanks |= _feedback(entry, papers)
        case DocumentKind.APPEAL_DECISION:
            blanks |= _decision(entry, papers)
        case _:
            blanks |= _measure(entry, papers)
    return dict.fromkeys(OPTIONAL[document.kind], "") | blanks


def _kind_of(entry: EntryView, policy: Policy) -> DocumentKind | None:
    match entry.event:
        case Event.REMEDIATED if policy.written_feedback:
            return DocumentKind.WRITTEN_FEEDBACK
        case Event.MEASURE_ISSUED:
            return _OF_MEASURE.get(entry.details.get("measure", ""))
        case Event.APPEAL_DECIDED | Event.APPEAL_CONFIRMED if "appeal_result" in entry.details:
            return DocumentKind.APPEAL_DECISION
    return None


def _head(document: Document, number: str, entry: EntryView, papers: Papers) -> Filled:
    return {
        Blank.NUMBER: number,
        Blank.DAY: day_text(entry.at),
        Blank.OFFICE: papers.names.unit(entry.actor_unit or ""),
        Blank.CASE_NO: document.case_no,
        Blank.UNIT_NAME: papers.names.unit(_unit_at(entry.seq, papers)),
    }


def _of_the_case(document: Document, entry: EntryView, papers: Papers) -> Filled:
    case, open_blanks = papers.case, OPTIONAL[document.kind]
    blanks = {
        Blank.ITEM_NAME: case.task_name or UNNAMED_ITEM,
        Blank.REVIEW: _review(case),
        Blank.DISPATCHED: day_text(case.dispatched_at),
        Blank.PROJECT_NO: case.project_no if case.source is CaseSource.RATING else "",
        Blank.TAGS: "、".join(papers.tags),
        Blank.SIGNED: _signed(entry.seq, papers),
        Blank.FINDING: _finding(entry.seq, papers),
        Blank.MISSED: "、".join(_missed(entry.at, papers.standing.clocks)),
    }
    always = (Blank.ITEM_NAME, Blank.REVIEW, Blank.DISPATCHED)
    return {blank: text for blank, text in blanks.items() if blank in always or blank in open_blanks}


def _feedback(entry: EntryView, papers: Papers) -> Filled:
    return {
        Blank.ADDRESSEE: papers.report_office,
        Blank.ROUND: entry.details.get("round", "1"),
        Blank.MEASURES: entry.details["measures"],
        Blank.EVIDENCE: entry.details.get("evidence", ""),
    }


def _measure(entry: EntryView, papers: Papers) -> Filled:
    issued = measures_of(papers.until(entry.seq), papers.standing.clocks)
    this = next(each for each in issued if each.issued.seq == entry.seq)
    blanks = {
        Blank.REASON: entry.details["reason"],
        Blank.DUE: _due(this, papers),
        Blank.CLAUSE: papers.standing.rules.sources.get("measure_limits", ""),
    }
    if this.kind is not MeasureKind.CIRCULAR:
        blanks[Blank.ADDRESSEE] = papers.names.unit(_unit_at(entry.seq, papers))
    return blanks


def _decision(entry: EntryView, papers: Papers) -> Filled:
    """The appeal, what its reviewer found, and what the managing unit said to it, where it was asked."""
    before = papers.until(entry.seq)
    appealed = next(each for each in reversed(before) if each.event is Event.APPEALED)
    decided = next(each for each in reversed(before) if each.event is Event.APPEAL_DECIDED)
    upheld = entry.details["appeal_result"] == "申诉成立"
    blanks = {
        Blank.OFFICE: papers.names.unit(decided.actor_unit or ""),
        Blank.APPELLANT: appealed.actor_name or appealed.actor_user or "",
        Blank.APPELLANT_UNIT: papers.names.unit(appealed.actor_unit or ""),
        Blank.APPEALED: day_text(appealed.at),
        Blank.APPEAL_REASON: appealed.details["reason"],
        Blank.RESULT: entry.details["appeal_result"],
        Blank.GROUNDS: decided.details["reason"],
        Blank.FOUND: decided.details.get("finding", Finding.MISTAKEN.label) if upheld else "",
    }
    if entry.event is Event.APPEAL_CONFIRMED:
        by, said = papers.names.unit(entry.actor_unit or ""), entry.details.get("confirmed", "")
        blanks[Blank.CONFIRMATION] = f"{by}{said}。{entry.details['reason']}"
    return blanks


def _review(case: CaseView) -> str:
    """The evaluation without its time of day, which names whoever stood there."""
    if case.source is not CaseSource.RATING:
        return f"{day_text(case.assessed_at)}，{case.source.label}"
    return f"{day_text(case.assessed_at)}，{ReviewChannel(case.channel).label}，{level_text(case)}"


def _unit_at(step: int, papers: Papers) -> str:
    """The handling unit at that step; later ones do not change what was sent before."""
    moved = [entry for entry in papers.entries if entry.event is Event.REDISPATCHED and "to_unit" in entry.details]
    before = [entry for entry in moved if entry.seq <= step]
    if before:
        return before[-1].details["to_unit"]
    state = papers.case.state
    return state.former_units[0] if moved and state is not None and state.former_units else papers.case.unit


def _signed(step: int, papers: Papers) -> str:
    signed = [entry for entry in papers.until(step) if entry.event is Event.SIGNED_OFF]
    return day_text(signed[-1].at) if signed else ""


def _finding(step: int, papers: Papers) -> str:
    """What the verification had found by then; empty where nobody was called or nothing was found yet."""
    found = ""
    for entry in papers.until(step):
        if entry.event is Event.CALLBACK_RECORDED:
            found = entry.details.get("finding", found)
        elif entry.event is Event.FINDING_REJECTED:
            found = Finding.FOUNDED.label
    return found


def _missed(at: datetime, clocks: Sequence[ClockView]) -> list[str]:
    """The limits that somebody was late for at that moment."""
    return [
        limit_name(clock.kind, clock.round)
        for clock in clocks
        if clock.is_missed and min(each for each in (clock.missed_at, clock.ended_at) if each is not None) <= at
    ]


def _due(measure: Measure, papers: Papers) -> str:
    """By when the measure was to be fulfilled as it was issued; a notice may have moved the date since."""
    assert measure.clock is not None  # every measure is issued with its limit
    clock = measure.clock
    moves = [move for move in papers.moves if (move.kind, move.round) == (clock.kind, clock.round)]
    if moves:
        return end_of(moves[0].old_deadline) + ("（暂定）" if moves[0].was_provisional else "")
    return deadline(clock.due, papers.calendars[clock.due.calendar_version])


def _report_office(people: People, case: CaseView, policy: Policy) -> str:
    """The unit of that id, else the hotline of the case's area, else any hotline of the directory."""
    units = people.units()
    area = people.unit(case.unit).area_code
    hotlines = sorted((unit for unit in units if unit.kind == "hotline"), key=lambda unit: unit.area_code != area)
    named = [unit for unit in units if unit.id == policy.report_office]
    return next((unit.name for unit in (*named, *hotlines)), "12345政务服务便民热线")


def day_text(moment: datetime) -> str:
    """2026年2月3日: the day in full, without noughts in front (GB/T 9704-2012, 7.3.5.4)."""
    local = in_shanghai(moment)
    return f"{local.year}年{local.month}月{local.day}日"
