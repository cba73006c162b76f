"""What happens in 新泰 in March 2026, and what has to come of it, worked out without the product.

March 2026 has 22 working days, Monday to Friday, and no holiday. On each of them five matters are closed at 16:00, and
their visitors leave at once; what people send arrives every day at 17:30, weekends too.

| matter | its visitor |
| --- | --- |
| 0 | rates 5 the same day, before anybody is reminded |
| 1 | is reminded 24 hours later and rates 4 the same evening |
| 2 | is reminded and never rates: 4 by default when five working days are over |
| 3 | left no number and never rates: no message, the same default |
| 4 | rates the same day: 3, but 2 on the four days of `BAD` |

On the 12th matter 0's rating stands for two more matters as well, a batch of three.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from models.due import SHANGHAI

DEPARTMENT = "11420700DEM0000143"
DAYS = [date(2026, 3, 1) + timedelta(days=number) for number in range(31)]
NEXT_MONTH = date(2026, 4, 1)
WORKING_DAYS = [day for day in DAYS if day.weekday() < 5]
BAD = (date(2026, 3, 3), date(2026, 3, 9), date(2026, 3, 17), date(2026, 3, 24))
PUT_RIGHT, MISTAKEN, LATE, OPEN = BAD
"""Whose case is put right in time, whose evaluator pressed the wrong star, whose is late, whose is open at the end."""

BATCH_DAY = date(2026, 3, 12)
IN_THE_BATCH = ("B12-1", "B12-2")
CLOSED, ARRIVES = time(16), time(17, 30)


@dataclass(frozen=True)
class Visitor:
    """Who came on a day, by what they do."""

    day: date
    does: int

    @property
    def matter(self) -> str:
        """The matter's number."""
        return f"M{self.day:%m%d}-{self.does}"

    @property
    def mobile(self) -> str:
        """The number that they left."""
        return "" if self.does == 3 else f"138{self.day:%m%d}{self.does:04d}"

    @property
    def rates_on(self) -> date | None:
        """The day of their own rating."""
        return {0: self.day, 1: self.day + timedelta(days=1), 4: self.day}.get(self.does)

    @property
    def level(self) -> int:
        """What they rate."""
        return {0: 5, 1: 4}.get(self.does, 2 if self.day in BAD else 3)

    @property
    def covers(self) -> tuple[str, ...]:
        """The other matters for which their rating stands."""
        return IN_THE_BATCH if (self.day, self.does) == (BATCH_DAY, 0) else ()


VISITORS = [Visitor(day, does) for day in WORKING_DAYS for does in range(5)]


def delivered(matter: str, day: date, mobile: str) -> dict[str, str]:
    """A matter as its system delivers it."""
    closed = f"{day} {CLOSED:%H:%M:%S}"
    return {
        "projectNo": matter,
        "deptCode": DEPARTMENT,
        "taskCode": "DEMO01",
        "taskName": "社会保障卡补换",
        "proManagerNo": "RS-0217",
        "finishTime": closed,
        "leaveTime": closed,
        "mobile": mobile,
    }


def rated(visitor: Visitor, at: datetime) -> dict[str, str]:
    """A rating as its channel delivers it."""
    return {
        "projectNo": visitor.matter,
        "assessNumber": "1",
        "satisfaction": str(visitor.level),
        "pf": "4",
        "assessTime": f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
        "evalDetail": {5: "517", 4: "413", 3: "314", 2: "209"}[visitor.level],
        "writingEvaluation": "等了三个小时。" if visitor.level == 2 else "",
        "anonymityFlag": "2",
        "deptCode": DEPARTMENT,
        "proDepartCode": DEPARTMENT,
        "taskCode": "DEMO01",
        "taskName": "社会保障卡补换",
        "proManagerNo": "RS-0217",
        "userName": "演示评价人",
        "mobile": visitor.mobile,
        "coveredMatters": ",".join(visitor.covers),
    }


def rate_this_evening(day: date) -> list[Visitor]:
    """Whose ratings arrive on a day."""
    return [visitor for visitor in VISITORS if visitor.rates_on == day]


def default_day(closed: date) -> date:
    """The day at whose beginning a default is given: the one after the fifth working day after the closing."""
    day, left = closed, 5
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day + timedelta(days=1)


RATED_BY_THEMSELVES = [visitor for visitor in VISITORS if visitor.rates_on in DAYS]
DEFAULTED = [visitor for visitor in VISITORS if visitor.does in (2, 3) and default_day(visitor.day) in DAYS]
DEFAULTED_THE_NEXT_MORNING = [each for each in VISITORS if each.does in (2, 3) and default_day(each.day) == NEXT_MONTH]
REMINDED = [visitor for visitor in VISITORS if visitor.does in (1, 2) and visitor.day + timedelta(days=1) in DAYS]
CALLABLE = [visitor for visitor in VISITORS if visitor.mobile and not (visitor.does == 4 and visitor.day in BAD)]
COUNTED = {visitor.matter for visitor in RATED_BY_THEMSELVES + DEFAULTED} | set(IN_THE_BATCH)
"""The matters that have a rating in March: what the figures count, to the last row."""
