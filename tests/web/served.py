"""People who were served in October and can be called in a sample, for tests of samples."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Engine, text

from adapters.personal import matter_place, rating_place
from adapters.tables.matters import MATTERS
from models.samples import Window
from tests.quality.support import RENSHE, rating, store
from tests.support.engine import at
from tests.support.keys import PERSONAL
from tests.support.paper_frame import Matter

NAME = "演示办事人"


class Served(NamedTuple):
    """One matter with its window; without `mobile` nobody can be called. `changes` are those of `rating`."""

    number: int
    window: str = "RS-01"
    mobile: str = ""
    changes: dict[str, Any] = {}  # noqa: RUF012 - a tuple's default, never changed

    @property
    def matter(self) -> Matter:
        """The same on paper."""
        return Matter(f"P{self.number:06d}|1", Window(self.changes.get("dept_code", RENSHE), self.window), self.mobile)


def mobile(number: int) -> str:
    """Somebody's number."""
    return f"138{number:08d}"


def serve(engine: Engine, served: Iterable[Served], jurisdiction: str = "xintai") -> None:
    """Store the ratings of these matters, with name and number closed as an import closes them."""
    people = list(served)
    moment = {"assessed_at": at("2026-10-10 12:00"), "accepted_at": at("2026-10-10 11:00")}
    store(
        engine,
        [rating(each.number, **{**moment, "handler": each.window, **each.changes}) for each in people],
        jurisdiction,
    )
    with engine.begin() as connection:
        for each in people:
            if each.mobile:
                connection.execute(_NAMED, _closed(jurisdiction, each))


def matters(engine: Engine, served: Iterable[Served], jurisdiction: str = "xintai") -> None:
    """Store these as matters that are done, rated or not."""
    with engine.begin() as connection:
        for each in served:
            number = f"P{each.number:06d}"
            closed = PERSONAL.close(each.mobile, matter_place(jurisdiction, number, "mobile")) if each.mobile else ""
            row = {
                "jurisdiction": jurisdiction,
                "project_no": number,
                "unit": "ez-renshe",
                "dept_code": RENSHE,
                "task_code": "A1",
                "task_name": "社会保障卡补换",
                "staff_no": each.window,
                "closed_at": at("2026-10-10 12:00"),
                "rateable": True,
                "mobile": closed,
                "received_at": at("2026-10-10 12:00"),
                "invitation": "none",
            }
            connection.execute(MATTERS.insert().values({**row, **each.changes}))


_NAMED = text(
    "update ratings set user_name = :name, mobile = :mobile where jurisdiction = :place and project_no = :number"
)


def _closed(jurisdiction: str, each: Served) -> dict[str, str]:
    number = f"P{each.number:06d}"
    said = {"user_name": NAME, "mobile": each.mobile}
    name, closed = (
        PERSONAL.close(value, rating_place(jurisdiction, number, 1, column)) for column, value in said.items()
    )
    return {"place": jurisdiction, "number": number, "name": name, "mobile": closed}
