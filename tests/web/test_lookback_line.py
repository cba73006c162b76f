"""回头看 beside the work of the schedules: a drawn case waits there with its limit, and counts when recorded."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from models.actions import Action
from tests.rhythm.support import PaperSchedules
from tests.support.engine import OFFICER, SUPERVISOR, at
from tests.web.pages import Pages, text_of, with_another
from tests.web.paper import PaperActs
from web.routes.rhythm import RhythmPage

DRAWN, LEFT_ALONE = "632521000006", "632521000001"


@pytest.fixture
def desk(pages: Pages) -> Iterator[Pages]:
    """A supervisor in front of a desk with an engine of paper."""
    with with_another(pages, rhythm=replace(pages.desk.rhythm, engine=PaperSchedules())) as browser:
        browser.log_in(SUPERVISOR)
        yield browser


def ended(acts: PaperActs, project_no: str) -> str:
    """A case that ended as put right."""
    case_no = acts.dispatch(project_no)
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    acts.act_now(case_no, Action.RECORD_CALLBACK, SUPERVISOR, result="reached", finding="founded")
    acts.act_now(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已补办")
    acts.act_now(case_no, Action.RECORD_CALLBACK, SUPERVISOR, result="reached", satisfied=True)
    return case_no


def line(desk: Pages) -> tuple[str, str, int]:
    """What stands in the line: the last one, the next, how many wait."""
    page = desk.get("/rhythm", place="gonghe").context["page"]
    assert isinstance(page, RhythmPage)
    assert page.lookback is not None
    return page.lookback.last, page.lookback.next, page.lookback.waiting


def test_a_drawn_case_waits_with_its_limit_until_it_is_recorded(desk: Pages) -> None:
    desk.installation.moment = at("2025-09-08 10:00")
    desk.log_in(SUPERVISOR)
    acts = PaperActs(desk, jurisdiction="gonghe")
    assert line(desk) == ("还没有办理过", "抽到案件时产生待办", 0)
    drawn, _ = ended(acts, DRAWN), ended(acts, LEFT_ALONE)
    assert line(desk) == ("还没有办理过", "最早 2025年10月9日（周四）24:00 到期", 1)
    shown = text_of(desk.get("/rhythm", place="gonghe"))
    assert "案件办结时按 20% 抽取，30 日内核查" in shown
    assert "待办 1 件" in shown
    acts.act_now(drawn, Action.RECORD_LOOKBACK, SUPERVISOR, solved=True, note="已不再要求")
    assert line(desk) == ("2025-09-08（周一）10:00，共 1 件", "抽到案件时产生待办", 0)


def test_a_place_that_draws_none_has_no_such_line(desk: Pages) -> None:
    assert "回头看" not in text_of(desk.get("/rhythm", place="ezhou"))
