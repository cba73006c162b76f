"""Windows on the desk: on the page of a case, in a sample, and from another system."""

import pytest
from sqlalchemy import Engine, text

from adapters.rating_door import RatingDoor
from adapters.samples import PostgresSamples
from models.samples import DrawPlan
from tests.intake.support import DEPARTMENT, NOW, ROW
from tests.support.engine import OFFICER
from tests.web.pages import Pages, text_of
from tests.web.paper import PaperActs
from tests.web.served import Served, matters, mobile, serve
from tests.web.test_samples import NOVEMBER, OCTOBER, book, engine

__all__ = ["book", "engine"]


@pytest.mark.parametrize(("window", "shown"), [("03", "窗口 03号窗口"), ("综合窗口", "窗口 综合窗口"), ("", None)])
def test_the_page_of_a_case_names_its_window(pages: Pages, acts: PaperActs, window: str, shown: str | None) -> None:
    case_no = acts.dispatch("M-1", window=window)
    pages.log_in(OFFICER)
    said = text_of(pages.get(f"/cases/{case_no}"))
    assert "号窗口" not in said if shown is None else shown in said


def test_another_system_sends_the_window_and_is_told_what_is_no_window(pages: Pages) -> None:
    door = pages.desk.outside.intake
    assert isinstance(door, RatingDoor)
    renshe = pages.installation.people.unit("ez-renshe")
    pages.desk.directory.change_unit(renshe.model_copy(update={"uscc": DEPARTMENT}), "admin-01")
    pages.installation.moment = NOW
    sent = [ROW | {"windowNo": "03"}, ROW | {"projectNo": "EZ-2", "windowNo": "3" * 65}]
    stored, refused = door.take("ezhou", None, sent, "对接系统")
    assert (stored.status, refused.faults[0].field) == ("stored", "windowNo")
    assert (refused.faults[0].reason, refused.faults[0].fix) == ("超过 64 个字符", "请缩短到 64 个字符以内")
    with pages.installation.engine.connect() as connection:
        assert connection.execute(text("select window_no from ratings")).scalars().all() == ["03"]


def test_a_window_is_its_number_and_only_without_one_whoever_accepted_the_matter(
    book: PostgresSamples, engine: Engine
) -> None:
    serve(engine, [Served(n, "RS-01", mobile(n)) for n in range(3)])
    matters(engine, [Served(3, "RS-01", mobile(3), {"window_no": "03"}), Served(4, "RS-02", mobile(4))])
    with engine.begin() as connection:
        connection.execute(text("update ratings set window_no = '03' where project_no = 'P000000'"))
    sample, _ = book.draw("xintai", OCTOBER, DrawPlan(people=9, windows=9), "", NOVEMBER)
    assert {each.project_no: each.window for each in book.people(sample.number)} == {
        "P000000": "03", "P000001": "RS-01", "P000002": "RS-01", "P000003": "03", "P000004": "RS-02",
    }  # fmt: skip
    assert sample.population.windows == 3
