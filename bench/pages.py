"""What pages cost with few and with many cases: `python -m bench.pages [SMALL LARGE]`, 1000 and 1000000 by default.

Each figure is how many times as long a page's data take as one SELECT by primary key, in the same process, over the
same pool of connections; the growth is the ratio of the large table to that of the small one. The rows are made by
INSERT … SELECT: a tenth of the cases is open, in 40 units with five officers each, with words, limits and entries.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, select, text

from adapters.database import make_engine
from adapters.directory import Directory
from adapters.lists import CaseLists
from adapters.overview import OverviewNumbers
from adapters.policies import Versions, keep, load_calendar, load_policy
from adapters.reading import CaseReader
from adapters.search_words import words_of
from adapters.tables.cases import CASES
from bench.database import database
from bench.measure import abba
from calendars import due_date
from models.actors import Actor, Role
from models.case import Stage
from models.due import Limit
from models.lists import PAGE, CaseFilter, Order

SIZES = (1_000, 1_000_000)
UNITS = 40
OFFICERS = 5
ROUNDS = 20
"""Times that each page is read within one timed run, for another unit or case each time."""

_PIECE = 100_000
_NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
_RARE = "玻璃幕墙"

Page = Callable[[int], object]
"""Reads the data of a page; the number chooses for whom or of which case."""


def main() -> None:
    """Measure both sizes and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, metavar="CASES", help="a smaller and a larger number of cases")
    sizes = parser.parse_args().sizes or list(SIZES)
    if len(sizes) != 2:
        parser.error("two sizes are needed")
    with database() as url:
        engine = make_engine(url)
        _furnish(engine)
        found: list[dict[str, float]] = []
        standing = 0
        for size in sizes:
            begins = time.monotonic()
            _fill(engine, standing, size)
            standing = size
            print(f"{size:,} cases made in {time.monotonic() - begins:.0f} s", flush=True)
            found.append(_measure(engine, size))
        for name, ratio in found[0].items():
            grown = found[1][name] / ratio
            print(f"pages: {name}: from {sizes[0]:,} to {sizes[1]:,} cases its ratio grows {grown:.2f} times")
        engine.dispose()


def _measure(engine: Engine, size: int) -> dict[str, float]:
    """The ratio of every page at this size."""
    found = {}
    for name, page in _pages(engine, size).items():
        ratio = abba(_repeated(page), _repeated(_one_row(engine, size)))
        milliseconds = ratio.a_seconds / ROUNDS * 1000
        print(f"{name} with {size:,} cases: {milliseconds:.2f} ms, beside one SELECT {ratio}", flush=True)
        found[name] = ratio.ratio
    return found


def _pages(engine: Engine, size: int) -> dict[str, Page]:
    directory = Directory(engine)
    reader, lists, versions = CaseReader(engine, directory), CaseLists(engine, directory), Versions(engine)
    numbers = OverviewNumbers(engine)
    hotline = Actor(user="hotline", role=Role.HOTLINE, unit="bench-0")

    def officer(number: int) -> Actor:
        unit = number % UNITS
        return Actor(user=f"officer-{unit}-{number % OFFICERS}", role=Role.OFFICER, unit=f"bench-{unit}")

    def deep_in_the_worklist(number: int) -> object:
        first = reader.tasks(officer(number), PAGE)
        return reader.tasks(officer(number), PAGE, first[-1].place) if first else None

    def case_page(number: int) -> object:
        case = reader.case(_case_no(number * 7919 % size))
        parts = [reader.clocks(case.case_no), reader.entries(case.case_no), reader.date_changes(case.case_no)]
        return *parts, reader.tasks_of_case(case.case_no), versions.rules(case.policy_digest, case.calendar_version)

    def listed(**chosen: object) -> Page:
        narrowed = CaseFilter.model_validate(chosen)

        def page(number: int) -> object:
            return lists.page(narrowed, _NOW)

        return page

    def of_unit(number: int) -> object:
        return lists.page(CaseFilter(seen_by=f"bench-{number % UNITS}"), _NOW)

    def searched(number: int) -> object:
        return lists.page(CaseFilter(text=f"bench-{42_070_000_0000 + number * 7919 % size}"), _NOW)

    return {
        "worklist": lambda number: reader.tasks(officer(number), PAGE),
        "worklist, second page": deep_in_the_worklist,
        "callbacks": lambda number: reader.tasks(hotline, PAGE),
        "case page": case_page,
        "ledger": listed(),
        "ledger of a unit": of_unit,
        "ledger, escalated": listed(stage=Stage.ESCALATED),
        "ledger, what runs out first": listed(order=Order.NEXT_DUE),
        "search, a number": searched,
        "search, a frequent word": listed(text="社保卡"),
        "search, a rare word": listed(text=_RARE),
        "search, nothing": listed(text="社保玻璃"),
        "capped count": lambda number: lists.count(CaseFilter(open_only=True), _NOW),
        "overview of a unit": lambda number: numbers.standing(f"bench-{number % UNITS}"),
    }


def _one_row(engine: Engine, size: int) -> Page:
    """The counterpart: one SELECT by primary key."""

    def row(number: int) -> object:
        query = select(CASES.c.case_no, CASES.c.stage).where(CASES.c.case_no == _case_no(number * 104_729 % size))
        with engine.connect() as connection:
            return connection.execute(query).one()

    return row


def _repeated(page: Page) -> Callable[[], object]:
    def run() -> None:
        for number in range(ROUNDS):
            page(number)

    return run


def _case_no(number: int) -> str:
    return f"bench-{42_070_000_0000 + number}-1"


_TEXTS = (
    "社保卡补办三次都没有办成，窗口说系统故障",
    "营业执照变更材料反复补正，一次性告知不到位",
    "不动产登记排队时间太长，叫号系统混乱",
    "公积金提取跑了四趟，工作人员态度生硬",
    "医保异地备案不成功，电话无人接听",
    "居住证签注逾期未办，承诺时限没有兑现",
    "公交卡年审网点搬迁没有公告",
    "出生证明补发要求无关材料",
)


def _furnish(engine: Engine) -> None:
    """Policy, calendar and the texts from which the cases' words are made."""
    file, calendar = load_policy("ezhou"), load_calendar("ezhou")
    with engine.begin() as connection:
        keep(connection, file, calendar)
        due = due_date(_NOW - timedelta(days=3), Limit.parse("5 wd"), calendar, file.policy.counting)
        connection.execute(text("create table bench_texts (number int primary key, words text, matter text)"))
        connection.execute(text("create table bench_facts (digest text, version text, due jsonb, now timestamptz)"))
        connection.execute(
            text("insert into bench_facts values (:digest, :version, cast(:due as jsonb), :now)"),
            {"digest": file.policy.digest(), "version": calendar.version, "due": due.model_dump_json(), "now": _NOW},
        )
        connection.execute(text(_PLANNED))
        rows = [
            {"number": number, "words": words_of((), (said, f"第{number}号大厅")), "matter": said[:10]}
            for number, said in enumerate(_TEXTS * 25)
        ]
        rows.append({"number": len(rows), "words": words_of((), (f"大厅{_RARE}漏水",)), "matter": "大厅漏水"})
        connection.execute(text("insert into bench_texts values (:number, :words, :matter)"), rows)


_PLANNED = """
create function bench_cases(first int, last int)
returns table (n int, case_no text, project_no text, unit text, officer text, is_open bool, begun timestamptz,
  ends timestamptz, digest text, version text, due jsonb) language sql stable as $$
  select n, 'bench-' || 420700000000 + n || '-1', (420700000000 + n)::text, 'bench-' || (n / 10) % 40,
    'officer-' || (n / 10) % 40 || '-' || (n / 400) % 5, n % 10 = 0, f.now - n * interval '1 minute',
    f.now + (n % 10007) * interval '1 minute', f.digest, f.version, f.due
  from generate_series(first, last) n, bench_facts f
$$
"""
_CASES = r"""
insert into cases (case_no, jurisdiction, project_no, assess_number, unit, task_code, task_name, channel, satisfaction,
  case_class, anonymous, assessed_at, policy_digest, calendar_version, dispatched_at, seq, stage, round, overdue,
  ended_at, ending, source, priority, assignee, state, deadline, words)
select case_no, 'ezhou', project_no, 1, unit, '', t.matter, (array['phone', 'pc', 'mobile', 'qr_code'])[1 + n % 4],
  1 + n % 2, (array['general', 'simple', 'difficult'])[1 + n % 3], false, begun, digest, version, begun, 4,
  case when not is_open then 'closed' when n % 500 = 0 then 'escalated' else 'remediation' end, 1, n % 100 = 0,
  case when not is_open then begun + interval '9 days' end, case when not is_open then 'satisfied' end, 'rating',
  case when n % 70 = 0 then 'urgent' else 'normal' end, officer, '{}', case when is_open then ends end,
  (quote_literal(case_no) || '\:1 ' || quote_literal(project_no) || '\:3 ' || t.words)::tsvector
from bench_cases(:first, :last)
join bench_texts t on t.number = case when n % 5003 = 17 then 200 else n % 200 end
"""
_CLOCKS = """
insert into clocks (case_no, kind, round, deadline, due, provisional, started_seq, ended_at)
select case_no, k.kind, 1, ends, due, false, k.seq, case when not is_open or k.seq < 3 then begun end
from bench_cases(:first, :last), (values ('sign_off', 1), ('verification', 2), ('remediation', 3)) k (kind, seq)
"""
_ENTRIES = """
insert into ledger_entries (case_no, seq, at, event, stage, details, recorded)
select case_no, e.seq, begun, e.event, 'remediation', '{"note": "情况属实，已联系当事人"}', '{}'
from bench_cases(:first, :last),
  (values (1, 'dispatched'), (2, 'signed_off'), (3, 'callback_recorded'), (4, 'remediated')) e (seq, event)
"""
_TASKS = """
insert into tasks (id, case_no, kind, role, unit, clock, round, opened_at, closed_at, rank, deadline, holder)
select case_no || '/1/' || k.kind, case_no, k.kind, k.role, case when k.role = 'officer' then unit end, 'remediation',
  1, begun, case when not is_open then begun end, case when n % 70 = 0 then 0 else 2 end, ends,
  case when k.role = 'officer' then officer end
from bench_cases(:first, :last),
  (values ('remediate', 'officer'), ('verification_callback', 'hotline')) k (kind, role)
"""


def _fill(engine: Engine, standing: int, size: int) -> None:
    """Make the cases from number `standing` to `size`; indexes are made again afterwards, which is quicker."""
    with engine.begin() as connection, _without_indexes(connection):
        for first in range(standing, size, _PIECE):
            piece = {"first": first, "last": min(first + _PIECE, size) - 1}
            for statement in (_CASES, _CLOCKS, _ENTRIES, _TASKS):
                connection.execute(text(statement), piece)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))


@contextmanager
def _without_indexes(connection: Connection) -> Iterator[None]:
    found = connection.execute(
        text(
            "select indexname, indexdef from pg_indexes where schemaname = 'public' and indexname not like '%_pkey'"
            " and tablename in ('cases', 'clocks', 'ledger_entries', 'tasks')"
        )
    ).all()
    for row in found:
        connection.execute(text(f'drop index "{row.indexname}"'))
    yield
    for row in found:
        connection.execute(text(row.indexdef))


if __name__ == "__main__":
    main()
