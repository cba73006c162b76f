"""What the figures of a month cost over a year of ratings: `python -m bench.monthly_figures [RATINGS] [--year]`.

A year has 5,000,000 ratings by default; `--year` measures its own figures too, which takes an hour.

Compares all figures by unit as the desk counts them (as of a moment, repeated ones included) with one query written by
hand that counts total, good, bad and default ratings by unit of the same month; both must agree on those. The rows are
made by INSERT … SELECT: 40 units over 365 days, one in 50 bad, one in five a default rating. The bad ones have no cases
here, so the figures about cases count nothing; what cases cost stands in `bench.pages`.
"""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Engine, text

from adapters.database import make_engine
from adapters.figures import CountedFigures
from adapters.policies import load_calendar, load_policy
from bench.database import database
from bench.measure import abba
from models.figures import FigureKind, FigurePeriod, FigureQuestion, Grouping
from policy.figures import rules_of

RATINGS = 5_000_000
_PIECE = 500_000
_AS_OF = datetime(2026, 1, 10, tzinfo=UTC)
_MONTH, _YEAR = FigurePeriod.of_months(2025, 6, 1), FigurePeriod.of_months(2025, 1, 12)

_FILL = """
insert into ratings (jurisdiction, project_no, assess_number, content_digest, import_id, row_no, code_system, level,
  satisfaction_code, channel, channel_code, assessed_at, unit, dept_code, task_code, task_name, handler_no)
select 'ezhou', 'EZ' || n, 1, decode(md5(n::text), 'hex'), :import_id, n, 'national',
  case when n % 50 = 0 then 1 + n % 2 else 4 + n % 2 end, '5',
  case when n % 5 = 3 then 'system_default' else (array['phone', 'pc', 'mobile', 'hall_tablet'])[1 + n % 4] end, '4',
  timestamptz '2025-01-01 08:00+08' + (n::bigint * 7919 % (365 * 86400)) * interval '1 second', 'bench-' || n % 40, 'x',
  'item-' || n % 997, '社会保障卡补换', 'no-' || n % 211
from generate_series(:first, :last) n
"""
_BY_HAND = """
select unit, count(*), count(*) filter (where level >= 3), count(*) filter (where level <= 2),
  count(*) filter (where channel = 'system_default')
from ratings where jurisdiction = 'ezhou' and assessed_at >= :begin and assessed_at < :end group by unit
"""
_COUNTED_BY_HAND = (FigureKind.N_EVAL, FigureKind.GOOD_RATE, FigureKind.BAD_RATE, FigureKind.DEFAULT_RATE)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.monthly_figures", description=__doc__)
    parser.add_argument("ratings", nargs="?", type=int, default=RATINGS, help="how many ratings the year has")
    parser.add_argument("--year", action="store_true", help="measure the figures of the whole year too")
    args = parser.parse_args()
    ratings: int = args.ratings
    with database() as url:
        engine = make_engine(url)
        begins = time.monotonic()
        _fill(engine, ratings)
        print(f"{ratings:,} ratings made in {time.monotonic() - begins:.0f} s", flush=True)
        _measure(engine, "a month", _MONTH, ratings)
        if args.year:
            _measure(engine, "the year", _YEAR, ratings)
        engine.dispose()


def _measure(engine: Engine, name: str, period: FigurePeriod, ratings: int) -> None:
    ours, by_hand = _ours(engine, period), _by_hand(engine, period)
    assert ours() == by_hand(), "the two count differently"
    ratio = abba(ours, by_hand)
    print(
        f"figures of {name} by unit over {ratings:,} ratings: {ratio.a_seconds:.2f} s beside"
        f" {ratio.b_seconds:.2f} s of the query by hand, {ratio}",
        flush=True,
    )


def _ours(engine: Engine, period: FigurePeriod) -> Callable[[], dict[str, list[int]]]:
    file, calendar = load_policy("ezhou"), load_calendar("ezhou")
    figures = CountedFigures(engine, lambda jurisdiction: calendar)
    question = FigureQuestion(
        jurisdiction="ezhou",
        period=period,
        as_of=_AS_OF,
        rules=rules_of(file.policy, file.surroundings),
        grouping=Grouping.UNIT,
    )

    def count() -> dict[str, list[int]]:
        counted = figures.count(question).groups
        return {unit: [figures[kind].numerator for kind in _COUNTED_BY_HAND] for unit, figures in counted.items()}

    return count


def _by_hand(engine: Engine, period: FigurePeriod) -> Callable[[], dict[str, list[int]]]:
    def count() -> dict[str, list[int]]:
        with engine.connect() as connection:
            rows = connection.execute(text(_BY_HAND), {"begin": period.begin, "end": period.end})
            return {unit: numbers for unit, *numbers in rows}

    return count


def _fill(engine: Engine, ratings: int) -> None:
    """Make the ratings as one finished import."""
    with engine.begin() as connection:
        made = "insert into imports (jurisdiction, code_system, sha256, file_name, finished_at)"
        import_id = connection.execute(
            text(f"{made} values ('ezhou', 'national', 'bench', 'bench', :at) returning id"), {"at": _AS_OF}
        ).scalar_one()
    for first in range(0, ratings, _PIECE):
        with engine.begin() as connection:
            last = min(first + _PIECE, ratings) - 1
            connection.execute(text(_FILL), {"import_id": import_id, "first": first, "last": last})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))


if __name__ == "__main__":
    main()
