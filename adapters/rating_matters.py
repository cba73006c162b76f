"""Which matters and visits are rated already, while an import runs, and the matters that a rating covers.

Decides nothing of the rules: what a rating stands for says `policy.rating_rules`. Looks at one piece of rows at a time,
under the import lock of the place; a place that has no such ratings, and a piece that brings none, cost nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import psycopg

from models.ratings import Fault, Rating, RatingRules
from policy.rating_rules import OVER_THE_COUNTER, covered_by, rated_along, rated_before, visit_of, visit_rated

_Key = tuple[str, str]
"""Number of a matter or a visit, and the number of the evaluation."""


@dataclass
class MatterBook:
    """What is rated, as far as a piece of rows can meet it; by whose rating says the number of its matter."""

    connection: psycopg.Connection
    jurisdiction: str
    rules: RatingRules
    _rated: set[_Key] = field(default_factory=set)
    _covered: dict[_Key, str] = field(default_factory=dict)
    _visits: dict[_Key, str] = field(default_factory=dict)
    _new: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Matter, number of the evaluation, matter of the rating, item code: to be written with the piece."""

    def look_up(self, ratings: Sequence[Rating]) -> None:
        """Read what these ratings can meet. What an earlier piece left to write was written or given up."""
        covered = [matter.project_no for rating in ratings for matter in covered_by(rating.covered_matters)]
        visits = [visit for rating in ratings if (visit := visit_of(rating, self.rules))]
        self._new = []
        self._rated = {(project_no, number) for project_no, number in self._stored(covered)}
        self._covered = {
            (project_no, number): by
            for project_no, number, by in self.connection.execute(
                "select project_no, assess_number::text, rating_project_no from rating_matters"
                " where jurisdiction = %s and project_no = any(%s)",
                (self.jurisdiction, [*(rating.project_no for rating in ratings), *covered]),
            )
        }
        self._visits = self._stored_visits(visits) if visits else {}

    def refused(self, rating: Rating) -> Fault | None:
        """Why the rating cannot be stored; None when it can, and then it counts for those after it."""
        own, number = rating.project_no, rating.assess_number
        covered, visit = covered_by(rating.covered_matters), visit_of(rating, self.rules)
        if (by := self._covered.get((own, number), own)) != own:
            return rated_along(rating, by)
        if visit and (by := self._visits.get((visit, number), own)) != own:
            return visit_rated(rating, by)
        for matter in (each.project_no for each in covered):
            if (matter, number) in self._rated:
                return rated_before(rating, matter, matter)
            if (by := self._covered.get((matter, number), own)) != own:
                return rated_before(rating, matter, by)
        self._rated.add((own, number))
        self._covered |= {(each.project_no, number): own for each in covered}
        if visit:
            self._visits[visit, number] = own
        self._new += [(each.project_no, number, own, each.task_code) for each in covered]
        return None

    def write(self) -> bool:
        """Write the covered matters of what was stored, in the caller's transaction; whether there were any."""
        if not self._new:
            return False
        with self.connection.cursor() as cursor:
            cursor.executemany(
                "insert into rating_matters (jurisdiction, project_no, assess_number, rating_project_no, task_code)"
                " values (%s, %s, %s, %s, nullif(%s, ''))",
                [(self.jurisdiction, *each) for each in self._new],
            )
        self._new = []
        return True

    def _stored(self, matters: Sequence[str]) -> Iterable[tuple[str, str]]:
        if not matters:
            return ()
        return self.connection.execute(
            "select project_no, assess_number::text from ratings where jurisdiction = %s and project_no = any(%s)",
            (self.jurisdiction, list(matters)),
        ).fetchall()

    def _stored_visits(self, visits: Sequence[str]) -> dict[_Key, str]:
        found = self.connection.execute(
            "select visit_no, assess_number::text, project_no from ratings"
            " where jurisdiction = %s and visit_no = any(%s) and channel = any(%s)",
            (self.jurisdiction, list(visits), [each.value for each in OVER_THE_COUNTER]),
        )
        return {(visit, number): project_no for visit, number, project_no in found}


def place_has_covered(connection: psycopg.Connection, jurisdiction: str) -> bool:
    """Whether any rating of the place covers other matters."""
    query = "select exists (select from rating_matters where jurisdiction = %s)"
    row = connection.execute(query, (jurisdiction,)).fetchone()
    return row is not None and bool(row[0])
