"""The figures counted one by one in plain Python, from ratings and cases as they are stored: what each figure means.

The database counts the same by SQL (`adapters.figures`), five million ratings at a time; tests hold both against each
other. "As of" a moment: of the ledger only the entries up to then are looked at, limits are taken with the date that
they had then, and ratings count as soon as the import that brought them was complete. So the figures of a period can be
counted again later and come out the same, whatever happened since.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from calendars import WorkingCalendar
from models.callbacks import CallbackResult
from models.case import Stage
from models.clocks import ClockKind
from models.due import in_shanghai
from models.figures import Base, Figure, FigureKind, FigureQuestion, Figures, Grouping, Mark
from models.steps import Change, Event
from policy.figure_ratings import Fact, StoredMatter, StoredRating, keys_of, of_matters, of_ratings
from policy.figures import DEFINITIONS, nothing


class StoredEntry(NamedTuple):
    """An entry of a case's ledger."""

    seq: int
    at: datetime
    event: Event
    stage: Stage
    details: Mapping[str, str]


class StoredLimit(NamedTuple):
    """A limit of a case as it stands today."""

    kind: ClockKind
    round: int
    deadline: datetime
    started_seq: int
    ended_seq: int | None
    ended_at: datetime | None


class StoredChange(NamedTuple):
    """A change of a limit's date. A limit that stands still has no new deadline."""

    seq: int
    at: datetime
    kind: ClockKind
    round: int
    change: Change
    old_deadline: datetime
    new_deadline: datetime | None


class StoredCase(NamedTuple):
    """A case that a rating brought, with everything that the ledger has of it, oldest first."""

    case_no: str
    dispatched_at: datetime
    unit: str
    staff_no: str
    item: str
    channel: str
    anonymous: bool
    entries: Sequence[StoredEntry]
    limits: Sequence[StoredLimit]
    changes: Sequence[StoredChange]
    window_no: str = ""


def count(
    question: FigureQuestion,
    ratings: Iterable[StoredRating],
    cases: Sequence[StoredCase],
    calendar: WorkingCalendar,
    push_limit: timedelta | None = None,
    matters: Iterable[StoredMatter] = (),
) -> dict[str, Figures]:
    """The figures of every group that has a row of the period, or a repetition up to its end.

    Without grouping those of all, also where there is none. Without `push_limit` nothing is to be pushed.
    """
    voided = {case.case_no for case in cases if _is_voided(_known(case, question))}
    told = [rating for rating in ratings if rating.is_known(question.as_of)]
    facts = [*of_ratings(question, told, voided, push_limit), *of_matters(question, matters, told)]
    for case in cases:
        facts += _of_case(question, case, calendar)
    groups: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        groups[fact.keys[question.grouping]].append(fact)
    whole = question.grouping is Grouping.NONE
    if whole:
        groups.setdefault("", [])
    counted = {
        key: {kind: _figure(kind, some, question) for kind in DEFINITIONS}
        for key, some in groups.items()
        if question.only in (None, key)
    }
    return {key: figures for key, figures in counted.items() if whole or _is_told_of(groups[key], figures)}


def _is_told_of(facts: Sequence[Fact], figures: Figures) -> bool:
    """Whether there is anything to say about a group; bad reviews of earlier months alone are no repetition."""
    has_rows = any(fact.base is not Base.REPEATS for fact in facts)
    return has_rows or figures[FigureKind.REPEAT_INDEX].numerator > 0


def _figure(kind: FigureKind, facts: Sequence[Fact], question: FigureQuestion) -> Figure:
    share = DEFINITIONS[kind]
    rows = [fact for fact in facts if fact.base is share.base and fact.marks.issuperset(share.of)]
    if kind is FigureKind.REPEAT_INDEX:
        return Figure(kind, _repeated(rows, question.rules.repeat_count))
    if kind is FigureKind.REMEDIATION_DAYS_MEAN:
        return Figure(kind, sum(fact.days for fact in rows), len(rows))
    if kind is FigureKind.REMEDIATION_DAYS_MEDIAN:
        days = sorted(fact.days for fact in rows)
        return Figure(kind, days[(len(days) - 1) // 2]) if days else nothing(kind)
    if share.counts is None:
        return Figure(kind, len(rows))
    return Figure(kind, sum(1 for fact in rows if share.counts in fact.marks), len(rows))


def _repeated(rows: Sequence[Fact], often: int) -> int:
    """Items and clerks with so many of these bad reviews; what the source did not number is nobody's repetition."""
    subjects = Counter((by, fact.keys[by]) for fact in rows for by in (Grouping.ITEM, Grouping.CLERK) if fact.keys[by])
    return sum(1 for times in subjects.values() if times >= often)


def _of_case(question: FigureQuestion, case: StoredCase, calendar: WorkingCalendar) -> Iterator[Fact]:
    if case.dispatched_at > question.as_of:
        return
    known, period = _known(case, question), question.period
    keys = _keys_of_case(case, _unit_after(case, known[-1].seq))
    if period.begin <= case.dispatched_at < period.end:
        yield Fact(Base.OPENED, keys, frozenset(_marks_of_opened(case, known)))
    for limit in case.limits:
        if limit.kind is ClockKind.SIGN_OFF and (due := _due(question, case, limit, Event.SIGNED_OFF)) is not None:
            at_start = _keys_of_case(case, _unit_after(case, limit.started_seq))
            yield Fact(Base.SIGN_OFFS, at_start, due & {Mark.IN_TIME})
    for entry in known:
        if not period.begin <= entry.at < period.end:
            continue
        if _decides_an_appeal(entry):
            yield Fact(Base.APPEALS, keys, frozenset({Mark.UPHELD} if "ending" in entry.details else ()))
        if _is_voided(known):
            continue
        if entry.event is Event.CALLBACK_RECORDED and "satisfied" in entry.details:
            yield Fact(Base.ANSWERS, keys, frozenset({Mark.SATISFIED} if "ending" in entry.details else ()))
        if entry.event is Event.REMEDIATED and entry.details.get("round") == "1":
            days = calendar.count_working_days(_day(case.dispatched_at), _day(entry.at))
            yield Fact(Base.DURATIONS, keys, days=days)
    if not _is_founded(known) or _is_voided(known):
        return
    for limit in case.limits:
        if limit.kind is ClockKind.REMEDIATION and (due := _due(question, case, limit, Event.REMEDIATED)) is not None:
            yield Fact(Base.REMEDIATIONS, keys, due | _loop(question, case, limit, known, Mark.DONE in due))


def _marks_of_opened(case: StoredCase, known: Sequence[StoredEntry]) -> Iterator[Mark]:
    if not any(entry.event is Event.DISPATCHED and "skipped" in entry.details for entry in known):
        yield Mark.TO_VERIFY
    withdrawn = any(entry.event is Event.WITHDRAWN for entry in known)
    if any(entry.event in _FINDS and "finding" in entry.details for entry in known) or _is_voided(known):
        yield Mark.VERIFIED
    if not case.anonymous:
        yield Mark.CALLABLE
    calls = [entry for entry in known if _completes_a_callback(entry)]
    if calls or withdrawn:
        yield Mark.CALLED
    if withdrawn or any(entry.details.get("result") == CallbackResult.REACHED.label for entry in calls):
        yield Mark.REACHED


class _Standing(NamedTuple):
    """A limit as it stood at the moment."""

    deadline: datetime
    paused: bool
    extended_from: datetime | None


def _due(question: FigureQuestion, case: StoredCase, limit: StoredLimit, met_by: Event) -> frozenset[Mark] | None:
    """What is true of a limit that fell due in the period and by the moment; None for any other.

    A limit that ended before it was over in another way than by the act that was asked for bound nobody any more.
    """
    started = next(entry for entry in case.entries if entry.seq == limit.started_seq)
    then = _standing(case, limit, question.as_of)
    if started.at > question.as_of or not question.period.begin < then.deadline <= question.period.end:
        return None
    ended_at = limit.ended_at if limit.ended_at is not None and limit.ended_at <= question.as_of else None
    met = ended_at is not None and any(e.seq == limit.ended_seq and e.event is met_by for e in case.entries)
    gone = ended_at is not None and not met and ended_at < then.deadline
    if then.deadline > question.as_of or gone or (then.paused and not met):
        return None
    marks = {Mark.EXTENDED} if then.extended_from is not None else set()
    if met and ended_at is not None:
        marks.add(Mark.DONE)
        if ended_at < then.deadline or then.paused:
            marks.add(Mark.IN_TIME)
            if then.extended_from is None or ended_at < then.extended_from:
                marks.add(Mark.UNEXTENDED)
    return frozenset(marks)


def _standing(case: StoredCase, limit: StoredLimit, moment: datetime) -> _Standing:
    changes = [each for each in case.changes if (each.kind, each.round) == (limit.kind, limit.round)]
    later = [each for each in changes if each.at > moment]
    before = [each for each in changes if each.at <= moment]
    extended = [each for each in before if each.change is Change.EXTENDED]
    return _Standing(
        deadline=later[0].old_deadline if later else limit.deadline,
        paused=bool(before) and before[-1].new_deadline is None,
        extended_from=extended[0].old_deadline if extended else None,
    )


def _loop(
    question: FigureQuestion, case: StoredCase, limit: StoredLimit, known: Sequence[StoredEntry], done: bool
) -> frozenset[Mark]:
    """实名差评回访整改率: called before the remediation, put right, told the result (Ezhou 二(七)1)."""
    if case.anonymous or limit.round != 1:
        return frozenset()
    withdrawn = any(entry.event is Event.WITHDRAWN for entry in known)
    calls = [entry for entry in known if entry.event is Event.CALLBACK_RECORDED]
    called = withdrawn or any("finding" in entry.details for entry in calls)
    told = withdrawn or any("satisfied" in entry.details or "ending" in entry.details for entry in calls)
    closed = done and called and (told or not question.rules.post_callback)
    return frozenset({Mark.FIRST_OF_NAMED, Mark.LOOP_CLOSED} if closed else {Mark.FIRST_OF_NAMED})


_FINDS = (Event.CALLBACK_RECORDED, Event.FINDING_REJECTED, Event.WITHDRAWN)
"""Entries that say what was found; an appeal's finding is no verification."""

_APPEAL_DECISIONS = (Event.APPEAL_DECIDED, Event.APPEAL_CONFIRMED)


def _known(case: StoredCase, question: FigureQuestion) -> list[StoredEntry]:
    return [entry for entry in case.entries if entry.at <= question.as_of]


def _is_founded(known: Sequence[StoredEntry]) -> bool:
    """Whether somebody found the review to be right, or nobody had to ask."""
    return any(
        (entry.event is Event.DISPATCHED and "skipped" in entry.details)
        or (entry.event in _FINDS and "finding" in entry.details and entry.stage is not Stage.CONFIRMING)
        for entry in known
    )


def _is_voided(known: Sequence[StoredEntry]) -> bool:
    """Whether the review is not adopted (不予采纳): confirmed by a second person, or by an appeal that was upheld."""
    return any(
        entry.event is Event.FINDING_CONFIRMED or (_decides_an_appeal(entry) and "ending" in entry.details)
        for entry in known
    )


def _decides_an_appeal(entry: StoredEntry) -> bool:
    """Whether an appeal ends with this entry; one that is upheld says an ending besides."""
    return entry.event in _APPEAL_DECISIONS and "appeal_result" in entry.details


def _completes_a_callback(entry: StoredEntry) -> bool:
    """Whether a callback is over with this call: with a finding, with an answer, or because nobody can be reached."""
    return entry.event is Event.CALLBACK_RECORDED and not entry.details.keys().isdisjoint(
        ("finding", "satisfied", "ending")
    )


def _unit_after(case: StoredCase, seq: int) -> str:
    """The handling unit after that step."""
    moves = [entry for entry in case.entries if entry.event is Event.REDISPATCHED]
    done = [entry for entry in moves if entry.seq <= seq]
    return done[-1].details["to_unit"] if done else _rated_unit(case)


def _rated_unit(case: StoredCase) -> str:
    """The unit of the dispatch; a new dispatch says what it was before."""
    first = next((entry for entry in case.entries if entry.event is Event.REDISPATCHED), None)
    return first.details["unit"] if first is not None else case.unit


def _keys_of_case(case: StoredCase, unit: str) -> dict[Grouping, str]:
    return keys_of(unit, _rated_unit(case), case.staff_no, case.window_no, case.item, case.channel)


def _day(moment: datetime) -> date:
    return in_shanghai(moment).date()
