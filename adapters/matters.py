"""Matters that are done (办件): taken in from another system or a file, kept, and handed on to be invited.

Decides that a matter is stored once: the same content again changes nothing, another one under the same number is
refused. What a row must have says `policy.matters`, whether anybody is invited `policy.invitations`. The visitor's
number is closed on the way in and opened by `mobile_of` only, when a message leaves.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters.default_ratings import rated_matters
from adapters.personal import PersonalData, matter_place
from adapters.rating_files import open_ratings
from adapters.tables.matters import MATTERS
from calendars import WorkingCalendar
from models.matters import InvitationState, Matter, MatterRef, MattersRefused, MattersTaken, TakenMatter
from models.outside import FieldFault, TakenStatus
from models.ratings import Fault
from policy.invitations import first_moment, rules_for
from policy.matters import matter_columns, read_matter
from policy.parsing import PolicyFile

MOST_MATTERS = 200_000
"""Ten of the largest city's days in one file; more is a file of something else."""

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")

_FAULTS_TOLD = 50
_BATCH = 1_000
_c = MATTERS.c
_SAID = tuple(_c[name] for name in Matter._fields)


class DueMatter(NamedTuple):
    """A matter whose workflow is to be started, and when it looks at it first."""

    ref: MatterRef
    task_name: str
    first_look_at: datetime


@dataclass(frozen=True)
class MatterStore:
    """The intake and the table. `units` maps a department's social credit code to its unit id, as it is now."""

    engine: Engine
    units: Callable[[], Mapping[str, str]]
    file_of: Callable[[str], PolicyFile]
    calendar_of: Callable[[str], WorkingCalendar]
    personal: PersonalData
    now: Callable[[], datetime]

    def take(self, jurisdiction: str, rows: Sequence[Mapping[str, str]]) -> list[TakenMatter]:
        """Store matters, field names to texts, each answered by itself. Raises BadInput for an unknown place."""
        file, units, now = self.file_of(jurisdiction), self.units(), self.now()
        taken: dict[int, Matter] = {}
        results: dict[int, TakenMatter] = {}
        for index, cells in enumerate(rows):
            read = read_matter(cells, units, now)
            if isinstance(read, Matter):
                taken[index] = read
            else:
                results[index] = _rejected(index, read)
        with self.engine.begin() as connection:
            intake = _Intake(connection, self, file, self.calendar_of(jurisdiction), now)
            for index, outcome in intake.store(taken).items():
                results[index] = (
                    _rejected(index, (outcome,))
                    if isinstance(outcome, Fault)
                    else TakenMatter(index=index, status=outcome)
                )
        return [results[index] for index in range(len(rows))]

    def load(self, path: Path, jurisdiction: str) -> MattersTaken:
        """Store the matters of a CSV or XLSX file, all or none.

        Raises BadInput for an unknown place, MattersRefused with every bad row, or FileRefused.
        """
        file, units, now = self.file_of(jurisdiction), self.units(), self.now()
        if path.suffix.lower() not in SUFFIXES:
            raise MattersRefused(f"{path.name}：办件须为 CSV 或 XLSX 文件。")
        matters: dict[int, Matter] = {}
        faults: list[tuple[int, Fault]] = []
        for number, read in _read(path, units, now):
            if isinstance(read, Matter):
                matters[number] = read
            else:
                faults += [(number, fault) for fault in read]
        if faults:
            raise _refused(path.name, faults)
        with self.engine.begin() as connection:
            intake = _Intake(connection, self, file, self.calendar_of(jurisdiction), now)
            outcomes = intake.store(matters)
            wrong = [(number, each) for number, each in outcomes.items() if isinstance(each, Fault)]
            if wrong:
                raise _refused(path.name, wrong)
        statuses = list(outcomes.values())
        return MattersTaken(
            stored=statuses.count(TakenStatus.STORED),
            already_stored=statuses.count(TakenStatus.ALREADY_STORED),
            invited=intake.invited,
        )


def pending_invitations(connection: Connection, jurisdiction: str, limit: int) -> list[DueMatter]:
    """Matters whose workflow is still to be started."""
    query = (
        select(_c.project_no, _c.task_name, _c.first_look_at)
        .where(_c.jurisdiction == jurisdiction, _c.invitation == InvitationState.PENDING)
        .order_by(_c.project_no)
        .limit(limit)
    )
    return [
        DueMatter(MatterRef(jurisdiction=jurisdiction, project_no=row.project_no), row.task_name, row.first_look_at)
        for row in connection.execute(query)
    ]


def places_with_pending_invitations(connection: Connection) -> list[str]:
    """The jurisdictions that have matters whose workflow is still to be started."""
    query = select(_c.jurisdiction).where(_c.invitation == InvitationState.PENDING).distinct()
    return sorted(connection.execute(query).scalars())


def mark_started(connection: Connection, jurisdiction: str, project_nos: Sequence[str]) -> None:
    """Note that the workflows of these matters run. Part of the caller's transaction."""
    done = update(MATTERS).where(
        _c.jurisdiction == jurisdiction, _c.project_no.in_(project_nos), _c.invitation == InvitationState.PENDING
    )
    connection.execute(done.values(invitation=InvitationState.WAITING))


def mobile_of(connection: Connection, personal: PersonalData, ref: MatterRef) -> str:
    """The visitor's number: for a message that leaves now, and for nothing else. Empty when there is none.

    Raises BadInput when what is stored cannot be opened with this key ring.
    """
    query = select(_c.mobile).where(_c.jurisdiction == ref.jurisdiction, _c.project_no == ref.project_no)
    stored = connection.execute(query).scalar_one_or_none()
    return personal.open(stored, matter_place(ref.jurisdiction, ref.project_no, "mobile")) if stored else ""


def matter_of(row: RowMapping, mobile: str) -> Matter:
    """A row of the table as it was delivered; the number is opened elsewhere."""
    return Matter(**{name: row[name] for name in Matter._fields if name != "mobile"}, mobile=mobile)


class _Intake:
    """One delivery while it is stored, in the caller's transaction."""

    def __init__(
        self, connection: Connection, store: MatterStore, file: PolicyFile, calendar: WorkingCalendar, now: datetime
    ) -> None:
        self._connection = connection
        self._personal = store.personal
        self._jurisdiction = file.policy.jurisdiction
        self._rules = rules_for(file.policy, file.surroundings)
        self._calendar = calendar
        self._now = now
        self.invited = 0

    def store(self, matters: Mapping[int, Matter]) -> dict[int, TakenStatus | Fault]:
        """What became of each matter, by the number under which it was given."""
        # Two deliveries at once would each look before the other has written.
        lock = func.pg_advisory_xact_lock(func.hashtextextended(f"matters {self._jurisdiction}", 0))
        self._connection.execute(select(lock))
        outcomes: dict[int, TakenStatus | Fault] = {}
        numbers = list(matters)
        for start in range(0, len(numbers), _BATCH):
            batch = {number: matters[number] for number in numbers[start : start + _BATCH]}
            outcomes |= self._store_some(batch)
        return outcomes

    def _store_some(self, matters: Mapping[int, Matter]) -> dict[int, TakenStatus | Fault]:
        project_nos = [matter.project_no for matter in matters.values()]
        there = self._there(project_nos)
        rated = rated_matters(self._connection, self._jurisdiction, project_nos)
        outcomes: dict[int, TakenStatus | Fault] = {}
        rows: list[dict[str, Any]] = []
        for number, matter in matters.items():
            before = there.setdefault(matter.project_no, matter)
            if before is matter:
                rows.append(self._row(matter, matter.project_no in rated))
                outcomes[number] = TakenStatus.STORED
            else:
                is_same = before in (matter, matter._replace(window_no=""))  # it may have come before windows were read
                outcomes[number] = TakenStatus.ALREADY_STORED if is_same else _conflict(matter)
        if rows:
            self._connection.execute(insert(MATTERS), rows)
        return outcomes

    def _there(self, project_nos: Sequence[str]) -> dict[str, Matter]:
        query = select(*_SAID).where(_c.jurisdiction == self._jurisdiction, _c.project_no.in_(project_nos))
        return {
            row["project_no"]: matter_of(row, self._opened(row["project_no"], row["mobile"]))
            for row in self._connection.execute(query).mappings()
        }

    def _opened(self, project_no: str, stored: str) -> str:
        return self._personal.open(stored, matter_place(self._jurisdiction, project_no, "mobile")) if stored else ""

    def _row(self, matter: Matter, is_rated: bool) -> dict[str, Any]:
        first_look_at = None if is_rated else first_moment(matter, self._rules, self._calendar, self._now)
        self.invited += first_look_at is not None
        place = matter_place(self._jurisdiction, matter.project_no, "mobile")
        return matter._asdict() | {
            "jurisdiction": self._jurisdiction,
            "mobile": self._personal.close(matter.mobile, place) if matter.mobile else "",
            "received_at": self._now,
            "invitation": InvitationState.NONE if first_look_at is None else InvitationState.PENDING,
            "first_look_at": first_look_at,
        }


def _read(path: Path, units: Mapping[str, str], now: datetime) -> Iterator[tuple[int, Matter | tuple[Fault, ...]]]:
    with open_ratings(path) as file:
        columns = matter_columns(file.header)
        for count, row in enumerate(file.rows()):
            if count >= MOST_MATTERS:
                raise MattersRefused(f"{path.name} 超过 {MOST_MATTERS:,} 行。请分成几个文件导入。")
            cells = {name: row.cells[index] for name, index in columns.index_of.items()}
            yield row.number, (row.fault,) if row.fault else read_matter(cells, units, now)


def _conflict(matter: Matter) -> Fault:
    fix = "该办件已有一条，不会被覆盖。请核对办件编号；若是重复上报，请删除本条"
    return Fault("projectNo", matter.project_no, "与已有的同一办件内容不同", fix)


def _rejected(index: int, faults: Sequence[Fault]) -> TakenMatter:
    told = tuple(FieldFault(field=fault.field, reason=fault.reason, fix=fault.fix) for fault in faults)
    return TakenMatter(index=index, status=TakenStatus.REJECTED, faults=told)


def _refused(name: str, faults: Sequence[tuple[int, Fault]]) -> MattersRefused:
    """All that is wrong, row by row; values are not repeated, they may be personal."""
    rows = len({number for number, _ in faults})
    lines = [f"{name} 有 {rows:,} 行不能收下，整个文件都没有导入。请更正后重新导入："]
    lines += [f"第 {number} 行：{fault.field}{fault.reason}。{fault.fix}。" for number, fault in faults[:_FAULTS_TOLD]]
    if len(faults) > _FAULTS_TOLD:
        lines.append(f"……另有 {len(faults) - _FAULTS_TOLD:,} 处，更正以上各处后会再列出。")
    return MattersRefused("\n".join(lines), tuple(faults))
