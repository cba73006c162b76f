"""Due dates per second beside the working-day function of `holidays`, on the same queries, equality first.

Run as `python -m bench.due_dates`. Two comparisons: the n-th working day alone, like for like, and the whole due
date value (rule, deadline, version, provisional) that the product makes around it.
"""

from datetime import date, datetime, time, timedelta
from random import Random

import holidays

from adapters.calendar_files import load_calendar
from bench.measure import Ratio, abba
from calendars import due_date
from models.due import SHANGHAI, Limit, Unit

QUERIES = 5_000
YEARS = range(2021, 2027)
AMOUNTS = (1, 3, 5, 15)


def main() -> None:
    """Check that both give the same days, then print both comparisons."""
    calendar = load_calendar(None)
    china = holidays.country_holidays("CN", years=[*YEARS, YEARS[-1] + 1])
    queries = _queries()

    theirs = [china.get_nth_working_day(day, n) for day, n in queries]
    ours = [calendar.nth_working_day(day, n) for day, n in queries]
    if theirs != ours:
        different = [(q, t, o) for q, t, o in zip(queries, theirs, ours, strict=True) if t != o]
        raise SystemExit(f"the answers differ in {len(different)} of {len(queries)} queries, first: {different[0]}")
    print(f"{len(queries)} queries of {AMOUNTS} working days from {YEARS[0]} to {YEARS[-1]}: all answers equal")

    starts = [
        (datetime.combine(day, time(10), SHANGHAI), Limit(amount=n, unit=Unit.WORKING_DAYS)) for day, n in queries
    ]

    def counterpart() -> None:
        for day, n in queries:
            china.get_nth_working_day(day, n)

    def nth_working_day() -> None:
        for day, n in queries:
            calendar.nth_working_day(day, n)

    def whole_value() -> None:
        for start, limit in starts:
            due_date(start, limit, calendar)

    _print("the n-th working day", abba(counterpart, nth_working_day))
    _print("the whole due date value", abba(counterpart, whole_value))


def _print(what: str, ratio: Ratio) -> None:
    print(
        f"{what}: {QUERIES / ratio.b_seconds:,.0f}/s beside {QUERIES / ratio.a_seconds:,.0f}/s of `holidays`, {ratio}"
    )


def _queries() -> list[tuple[date, int]]:
    """The same queries in every run. They end before the data of `holidays` do (it has no notice for 2027)."""
    random = Random(20260213)
    first, last = date(YEARS[0], 1, 1), date(YEARS[-1], 11, 30)
    span = (last - first).days
    return [(first + timedelta(random.randint(0, span)), random.choice(AMOUNTS)) for _ in range(QUERIES)]


if __name__ == "__main__":
    main()
