"""A case of a batch or a theme: its page and the API name the matters that the rating stands for, and both stars."""

from dataclasses import replace
from pathlib import Path

from adapters.rating_door import RatingDoor
from models.lists import CaseFilter
from models.outside import Scope
from tests.intake.support import DEPARTMENT, NOW, ROW
from tests.support.engine import OFFICER
from tests.web.evaluators import MATTER, bring
from tests.web.pages import Pages, text_of
from tests.web.paper import PaperActs

THEME = {"themeName": "我要开餐馆", "coveredMatters": "EZ-2=X2,EZ-3=X3"}
CLERK = {"staffSatisfaction": "1", "staffEvalDetail": "115", "satisfaction": "4", "evalDetail": "413"}


def test_the_page_names_every_matter_and_both_stars(pages: Pages, acts: PaperActs, tmp_path: Path) -> None:
    bring(pages, tmp_path, THEME | CLERK)
    case_no = acts.dispatch(MATTER)
    pages.log_in(OFFICER)
    said = text_of(pages.get(f"/cases/{case_no}"))
    assert "主题 我要开餐馆" in said
    assert "一并评价的办件 连同本办件共 3 件：EZ-2（事项编码 X2）、EZ-3（事项编码 X3）" in said
    assert "分项评价 事项满意（4星）；工作人员非常不满意（1星）" in said
    assert "服务态度差效率低（对工作人员）" in said


def test_whoever_asks_about_a_covered_matter_finds_the_case(pages: Pages, acts: PaperActs, tmp_path: Path) -> None:
    bring(pages, tmp_path, THEME)
    case_no = acts.dispatch(MATTER)
    page = pages.desk.lists.page(CaseFilter(text="EZ-3"), pages.installation.now(), "", 10)
    assert [case.case_no for case in page.cases] == [case_no]


def test_the_page_of_a_plain_rating_says_nothing_of_it(pages: Pages, acts: PaperActs, tmp_path: Path) -> None:
    bring(pages, tmp_path)
    case_no = acts.dispatch(MATTER)
    pages.log_in(OFFICER)
    said = text_of(pages.get(f"/cases/{case_no}"))
    assert "分项评价" not in said
    assert "一并评价的办件" not in said


def test_another_system_sends_them_as_lists_and_is_told_what_was_rated_before(pages: Pages) -> None:
    people = pages.installation.people
    renshe = people.unit("ez-renshe")
    pages.desk.directory.change_unit(renshe.model_copy(update={"uscc": DEPARTMENT}), "admin-01")
    pages.installation.moment = NOW
    batch = ROW | {"coveredMatters": ["EZ-2", "EZ-3"], "evalDetail": ["510", "517"]}
    sent = [batch, ROW | {"projectNo": "EZ-3"}, ROW | {"projectNo": "EZ-4", "staffSatisfaction": 9}]
    _, secret = pages.installation.tokens.make("对接系统", (Scope.RATINGS_WRITE,), "admin-01", 30, "admin-01")
    pages.desk = replace(
        pages.desk, outside=replace(pages.desk.outside, intake=replace(_door(pages), open_cases=lambda _: None))
    )
    pages.app.state.desk = pages.desk
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "batch-0001"}
    answer = pages.client.post("/api/v1/ratings", json={"jurisdiction": "ezhou", "ratings": sent}, headers=headers)
    told = answer.json()
    assert [each["status"] for each in told["results"]] == ["stored", "rejected", "rejected"]
    assert told["unknown_fields"] == []
    assert [each["faults"][0]["field"] for each in told["results"][1:]] == ["projectNo", "staffSatisfaction"]
    assert f"{MATTER} 的评价已包括本办件" in told["results"][1]["faults"][0]["fix"]


def test_the_api_names_them_too(pages: Pages, acts: PaperActs, tmp_path: Path) -> None:
    bring(pages, tmp_path, THEME)
    case_no = acts.dispatch(MATTER)
    _, secret = pages.installation.tokens.make("对接系统", (Scope.CASES_READ,), "supervisor-01", 30, "admin-01")
    answer = pages.client.get(f"/api/v1/cases/{case_no}", headers={"Authorization": f"Bearer {secret}"}).json()
    assert answer["covered_matters"] == [
        {"project_no": "EZ-2", "task_code": "X2"},
        {"project_no": "EZ-3", "task_code": "X3"},
    ]


def _door(pages: Pages) -> RatingDoor:
    door = pages.desk.outside.intake
    assert isinstance(door, RatingDoor)
    return door
