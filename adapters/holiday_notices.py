"""Holiday notices that people put in force while the system runs, and the calendars that follow from them.

Decides which notices count for whom. What a notice means is `calendars`' business, moving the dates of running cases
that of `adapters.recounting`.

In force are the notices that ship with the project and, over them, those that somebody ordered (`holiday_notices`).
A software update alone moves no running case: a case keeps the calendar of its dispatch until an ordered notice, with
the name of whoever ordered it, is put over that very calendar (`targets`).

The protocol by which no case is missed:

- `NoticeStore.put_in_force` writes the notice in a transaction that holds `CALENDAR_LOCK` alone;
- the ledger asks `in_force_version` in the transaction that records a dispatch and writes the answer into the case;
  asking takes the same lock shared, so that dispatches do not wait for each other.

So a dispatch either commits before the notice, and then its case is in the table when the open cases are listed, or it
sees the notice and begins under the new calendar. A case that is just being restarted is in the table all the time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from adapters.calendar_files import load_calendar
from adapters.policies import load_policy
from adapters.tables.cases import CALENDARS, CASES, HOLIDAY_NOTICES
from calendars import (
    Notice,
    NoticeRefused,
    Status,
    UnknownJurisdiction,
    WorkingCalendar,
    calendar_from_json,
    check_against,
    parse_notice,
    to_json,
)
from calendars.notices import refusal_at
from models.calendar_changes import NoticeOrder
from models.policy import CalendarScope

CALENDAR_LOCK = 0x686F6C69646179
"""The key of PostgreSQL's advisory lock around putting a notice in force; dispatches take it shared."""

IS_OPEN = or_(
    CASES.c.ended_at.is_(None),
    and_(CASES.c.state.is_not(None), CASES.c.state["archived"].as_boolean().is_not(True)),
)
"""Cases that have not ended, or whose workflow still waits for something after the ending."""

_LONGEST_CITATION = 200


class NoticeFile(NamedTuple):
    """A notice with the file it was read from; `name` stands for the file in messages."""

    notice: Notice
    text: str
    name: str


def read_notice(path: Path) -> NoticeFile:
    """Read a notice file (TOML). Raises NoticeRefused with file, line and what to correct."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise NoticeRefused(f"{path}：文件无法读取（{error.strerror}）") from None
    except UnicodeDecodeError:
        raise NoticeRefused(f"{path.name}：文件编码必须是 UTF-8") from None
    return notice_of(text, path.name)


def notice_of(text: str, name: str) -> NoticeFile:
    """The notice in a text that was handed over as a file. Raises NoticeRefused with name, line and what to correct."""
    return NoticeFile(parse_notice(text, name), text, name)


def with_ordered(calendar: WorkingCalendar, notices: Iterable[Notice]) -> WorkingCalendar:
    """That calendar with these notices over it; each takes the place of the one it repeats.

    Raises NoticeRefused where they do not go together.
    """
    standing = list(calendar.notices)
    for notice in notices:
        standing = [*(each for each in standing if not _takes_the_place_of(notice, each)), notice]
    return WorkingCalendar(standing)


def in_force_version(connection: Connection, jurisdiction: str, ordered: str) -> str | None:
    """The calendar under which a case begins that was ordered with version `ordered`; None when that one stands.

    To be asked in the transaction of the dispatch, which then holds `CALENDAR_LOCK` shared to its end. The version can
    be read from `calendars` over any connection afterwards. Costs two small queries while no notice was put in force,
    one more after that.
    """
    connection.execute(select(func.pg_advisory_xact_lock_shared(CALENDAR_LOCK)))
    # A statement of its own: only one that begins after the lock was got is sure to see the notice.
    rows = _ordered_for(connection, jurisdiction)
    if not rows:
        return None
    calendar = _combined(connection, ordered, rows)
    if calendar.version == ordered:
        return None
    if not _is_kept(connection, calendar):
        with connection.engine.begin() as own:
            _keep(own, calendar)
    return calendar.version


class Target(NamedTuple):
    """The calendar that open cases of one place and version are to get, and the notices that make the difference."""

    calendar: WorkingCalendar
    citation: str


def targets(connection: Connection, extra: Notice | None = None) -> dict[tuple[str, str], Target]:
    """For each place and version among the open cases that is not up to date: where it is to go.

    `extra` is a notice that is only being looked at. Raises NoticeRefused when a notice cannot be put over a calendar
    that some open case has.
    """
    standing = select(CASES.c.jurisdiction, CASES.c.calendar_version).where(IS_OPEN).distinct()
    found: dict[tuple[str, str], Target] = {}
    for jurisdiction, version in connection.execute(standing.order_by(CASES.c.jurisdiction, CASES.c.calendar_version)):
        rows = _ordered_for(connection, jurisdiction)
        calendar = _combined(connection, version, rows)
        if extra is not None and extra.area in (None, jurisdiction):
            calendar = with_ordered(calendar, [extra])
        if calendar.version != version:
            before = {facts_digest(notice) for notice in _combined(connection, version, ()).notices}
            ordered = [*(_notice(row) for row in rows), *([extra] if extra is not None else [])]
            arrived = dict.fromkeys(each.label for each in ordered if facts_digest(each) not in before)
            found[jurisdiction, version] = Target(calendar, _citation(list(arrived)))
    return found


@dataclass(frozen=True)
class NoticeStore:
    """The notices in force, shipped and ordered."""

    engine: Engine

    def calendar(self, jurisdiction: str | None) -> WorkingCalendar:
        """The calendar in force now for a jurisdiction, or the national one for None. Raises UnknownJurisdiction."""
        with self.engine.connect() as connection:
            return _in_force(connection, jurisdiction)

    def orders(self, jurisdiction: str | None) -> list[NoticeOrder]:
        """The notices that people put in force for a jurisdiction, or the national ones for None; oldest first."""
        with self.engine.connect() as connection:
            return [_order(row) for row in _ordered_for(connection, jurisdiction)]

    def check(self, file: NoticeFile) -> NoticeOrder | None:
        """Whether the notice could be put in force; the order under which it already is, if it is.

        Raises NoticeRefused with file, line and what to correct.
        """
        with self.engine.connect() as connection:
            return self._check(connection, file)

    def put_in_force(self, file: NoticeFile, ordered_by: str, at: datetime) -> tuple[NoticeOrder, bool]:
        """Put a notice in force; the order, and whether it is new. The same content again changes nothing.

        The calendars that follow for the open cases are kept in the same transaction. Raises NoticeRefused with file,
        line and what to correct; nothing is written then.
        """
        notice = file.notice
        with self.engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(CALENDAR_LOCK)))
            known = self._check(connection, file)
            if known is not None:
                return known, False
            order = NoticeOrder(
                label=notice.label, year=notice.year, area=notice.area or "", ordered_by=ordered_by, ordered_at=at
            )
            body = {"notice": notice.model_dump(mode="json"), "file": file.name, "text": file.text}
            row = order.model_dump() | {"digest": facts_digest(notice), "body": body}
            connection.execute(insert(HOLIDAY_NOTICES).values(row))
            keep_calendars(connection, targets(connection).values())
        return order, True

    def _check(self, connection: Connection, file: NoticeFile) -> NoticeOrder | None:
        notice = file.notice
        if notice.status is not Status.OFFICIAL:
            raise _refused(file, "status", '暂定的安排不能施行，只有正式公布的通知（status = "official"）才能')
        if notice.area is not None:
            _check_area(file, notice.area)
        rows = _ordered_for(connection, notice.area)
        digest = facts_digest(notice)
        same = next((row for row in rows if row.digest == digest), None)
        if same is not None:
            return _order(same)
        if any(row.label == notice.label and row.area == (notice.area or "") for row in rows):
            fault = f"{notice.label}已经施行，内容与此文件不同；要更正，请另写一份通知并用 amends 指明它修改哪一份"
            raise _refused(file, "number", fault)
        calendar = _in_force(connection, notice.area)
        if digest not in {facts_digest(each) for each in calendar.notices}:
            check_against(notice, file.text, file.name, calendar)
        return None


def facts_digest(notice: Notice) -> str:
    """The identity of what a notice says; its address may be corrected without making it another notice."""
    return sha256(notice.model_dump_json(exclude={"source"}).encode()).hexdigest()


def keep_calendars(connection: Connection, found: Iterable[Target]) -> None:
    """Keep the calendars of these targets under their versions."""
    for target in found:
        _keep(connection, target.calendar)


def _takes_the_place_of(new: Notice, old: Notice) -> bool:
    """A notice that was ordered stands for the shipped one of its number, and for another one of its whole year."""
    if new.covers_its_year and old.covers_its_year:
        return new.year == old.year
    return (new.label, new.area) == (old.label, old.area)


def _ordered_for(connection: Connection, jurisdiction: str | None) -> Sequence[Row[Any]]:
    areas = ["", jurisdiction] if jurisdiction is not None else [""]
    query = select(HOLIDAY_NOTICES).where(HOLIDAY_NOTICES.c.area.in_(areas))
    return connection.execute(query.order_by(HOLIDAY_NOTICES.c.ordered_at, HOLIDAY_NOTICES.c.digest)).all()


_COMBINED: dict[tuple[str, tuple[str, ...]], WorkingCalendar] = {}
"""By version and digests of what lies over it, so an entry can never be out of date, whatever the database."""


def _combined(connection: Connection, version: str, rows: Sequence[Row[Any]]) -> WorkingCalendar:
    key = version, tuple(row.digest for row in rows)
    if key not in _COMBINED:
        _COMBINED[key] = with_ordered(_calendar(connection, version), [_notice(row) for row in rows])
    return _COMBINED[key]


def _calendar(connection: Connection, version: str) -> WorkingCalendar:
    body = connection.execute(select(CALENDARS.c.body).where(CALENDARS.c.version == version)).scalar()
    if body is None:
        raise LookupError(f"calendar {version} was never kept")
    return calendar_from_json(body)


def _in_force(connection: Connection, jurisdiction: str | None) -> WorkingCalendar:
    return with_ordered(load_calendar(jurisdiction), [_notice(row) for row in _ordered_for(connection, jurisdiction)])


def _is_kept(connection: Connection, calendar: WorkingCalendar) -> bool:
    kept = select(CALENDARS.c.version).where(CALENDARS.c.version == calendar.version)
    return connection.execute(kept).one_or_none() is not None


def _keep(connection: Connection, calendar: WorkingCalendar) -> None:
    row = {"version": calendar.version, "body": to_json(calendar)}
    connection.execute(insert(CALENDARS).values(row).on_conflict_do_nothing())


def _notice(row: Row[Any]) -> Notice:
    return Notice.model_validate(row.body["notice"])


def _order(row: Row[Any]) -> NoticeOrder:
    return NoticeOrder(
        label=row.label, year=row.year, area=row.area, ordered_by=row.ordered_by, ordered_at=row.ordered_at
    )


def _check_area(file: NoticeFile, area: str) -> None:
    try:
        load_calendar(area)
    except UnknownJurisdiction as error:
        raise _refused(file, "area", str(error)) from None
    if load_policy(area).policy.calendar is CalendarScope.NATIONAL:
        raise _refused(file, "area", f"{area}的规则只按全国放假安排计算（calendar），地方通知在那里不起作用")


def _refused(file: NoticeFile, key: str, fault: str) -> NoticeRefused:
    return refusal_at(file.name, file.text, (key,), fault)


def _citation(labels: Sequence[str]) -> str:
    """The notices by their numbers, as the ledger and the letters cite them; at most what a message may hold."""
    text = "、".join(labels)
    return text if len(text) <= _LONGEST_CITATION else f"{labels[0][:150]}等{len(labels)}份通知"
