"""A case by hand in every place: which sources there are, what is refused in words, and what becomes of the report."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select

from adapters.database import make_engine
from adapters.rating_store import evaluator_contact
from adapters.tables.reports import CITIZEN_REPORTS
from models.actions import Action
from models.clocks import ClockKind
from models.kinds import CaseSource, Finding
from models.ratings import EvaluatorContact
from models.reports import CitizenReport
from models.steps import TaskKind
from tests.support.engine import HOTLINE, OFFICER, SUPERVISOR
from tests.support.keys import PERSONAL
from tests.web.conftest import OpenOffice
from tests.web.pages import Pages, hidden_of, text_of, with_another

REPORT = {
    "source": "hotline",
    "unit": "ez-renshe",
    "task_name": "社会保障卡补换",
    "matter": "三次来办都说系统故障",
    "case_class": "general",
    "priority": "normal",
    "reporter_name": "张三丰",
    "mobile": "13800001234",
}
PLACES = {
    "ezhou": ["12345热线"],
    "gonghe": ["12345热线", "办不成事反映窗口", "信访", "领导信箱", "微信留言板", "短视频平台", "问卷"],
    "taian": ["12345热线", "信访", "领导信箱"],
    "tianjin": ["12345热线"],
    "xintai": ["12345热线"],
}


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The desk's database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def stored(engine: Engine) -> list[str]:
    """The cases of all reports that are in the register."""
    with engine.connect() as connection:
        return list(connection.execute(select(CITIZEN_REPORTS.c.case_no).order_by(CITIZEN_REPORTS.c.case_no)).scalars())


def test_the_form_begins_with_the_choice_of_the_place(pages: Pages) -> None:
    pages.log_in(HOTLINE)
    page = pages.get("/cases/new").context["page"]
    assert [place for place, _ in page.places] == list(PLACES)
    assert page.policy is None


@pytest.mark.parametrize("place", PLACES)
def test_each_place_offers_the_sources_of_its_rules_and_the_hotline_is_ticked(pages: Pages, place: str) -> None:
    pages.log_in(HOTLINE)
    shown = pages.get("/cases/new", jurisdiction=place)
    assert [each.label for each in shown.context["page"].sources] == PLACES[place]
    assert 'name="source" value="hotline" required checked' in shown.text
    assert shown.text.count('name="source"') == len(PLACES[place])


@pytest.mark.parametrize("place", PLACES)
def test_a_report_is_registered_in_every_place_and_twice_the_same_form_is_one(
    pages: Pages, engine: Engine, place: str
) -> None:
    opened: list[CitizenReport] = []
    with with_another(pages, reception=replace(pages.desk.reception, open_case=opened.append)) as desk:
        desk.log_in(HOTLINE)
        key = hidden_of(desk.get("/cases/new", jurisdiction=place), "key")
        given = REPORT | {"jurisdiction": place, "key": key}
        made = [desk.post("/cases/new", given) for _ in range(2)]
    assert [each.status_code for each in made] == [303, 303]
    case_no = f"{place}-H20260213-0001-1"
    assert {each.headers["location"] for each in made} == {f"/cases/new?done={case_no}"}
    assert stored(engine) == [case_no]
    assert {each.case_no for each in opened} == {case_no}
    with engine.connect() as connection:
        row = connection.execute(select(CITIZEN_REPORTS)).mappings().one()
        assert evaluator_contact(connection, PERSONAL, case_no) == EvaluatorContact(name="张三丰", mobile="13800001234")
    assert (row["source"], row["case_state"], row["mobile"][:3]) == ("hotline", "pending", "v1.")


@pytest.mark.parametrize("place", PLACES)
def test_what_cannot_be_taken_comes_back_with_a_sentence_and_all_that_was_typed(
    pages: Pages, engine: Engine, place: str
) -> None:
    pages.log_in(SUPERVISOR)
    gaps = [
        ({"source": ""}, "请选择来源"),
        ({"source": "fax"}, "请选择来源"),
        ({"source": "rating"}, "好差评不能由人工登记，来源请选择群众反映的途径"),
        ({"matter": ""}, "反映的问题须填写"),
        ({"mobile": ""}, "还须填写联系电话"),
        ({"case_class": "simple" if place != "tianjin" else "difficult"}, "这一类别"),
        ({"unit": "nowhere"}, "目录中没有单位"),
    ]
    if place != "gonghe":
        gaps.append(({"source": "message_board"}, "没有“微信留言板”这一来源，不能登记。可用的来源：hotline"))
    for changes, sentence in gaps:
        shown = pages.post("/cases/new", {**REPORT, "jurisdiction": place, **changes, "key": "k"})
        assert shown.status_code == 422, changes
        assert sentence in text_of(shown)
        assert 'value="社会保障卡补换"' in shown.text
        assert hidden_of(shown, "key") == "k"
        assert shown.context["page"].typed["source"] == changes.get("source", "hotline")
    assert stored(engine) == []


def test_where_no_place_has_a_source_the_page_says_so_and_takes_nothing(pages: Pages, engine: Engine) -> None:
    without = replace(pages.desk.reception, sources_of=lambda place: ("channels", "sample_callback"))
    with with_another(pages, reception=without) as desk:
        desk.log_in(HOTLINE)
        shown = desk.get("/cases/new")
        assert "都没有可以由人工登记的来源" in text_of(shown)
        assert "<textarea" not in shown.text
        refused = desk.post("/cases/new", REPORT | {"jurisdiction": "ezhou", "key": "k"})
    assert refused.status_code in (400, 422)
    assert "没有可以由人工登记的来源，不能登记" in text_of(refused)
    assert stored(engine) == []


async def test_a_caller_s_report_is_verified_put_right_and_never_open_to_appeal(working_office: OpenOffice) -> None:
    office = await working_office("2026-03-10 09:00")
    office.log_in(HOTLINE)
    form = await office.get("/cases/new", jurisdiction="ezhou")
    given = REPORT | {"jurisdiction": "ezhou", "key": hidden_of(form, "key")}
    made = await office.post("/cases/new", given)
    assert made.status_code == 303, text_of(made)
    assert "已登记并立案转办" in text_of(await office.get(made.headers["location"]))
    assert (await office.post("/cases/new", given)).headers["location"] == made.headers["location"]
    case_no = made.headers["location"].partition("done=")[2]
    case = office.office.reader.case(case_no)
    assert (case.source, case.channel, case.satisfaction) == (CaseSource.HOTLINE, "hotline", None)
    assert case.finding is None

    clocks = office.office.reader.clocks(case_no)
    assert {clock.kind for clock in clocks} == {ClockKind.SIGN_OFF, ClockKind.VERIFICATION}
    assert office.office.task_kinds(HOTLINE) == [TaskKind.VERIFICATION_CALLBACK]
    call = text_of(await office.get(f"/cases/{case_no}/call"))
    assert "通过12345热线反映了“社会保障卡补换”（测试人社局）的问题" in call
    assert "差评。请问是您本人的真实意思" not in call
    assert "13800001234" not in call
    await office.office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    await office.office.act(case_no, Action.SIGN_OFF, OFFICER)
    assert office.office.reader.case(case_no).finding is Finding.FOUNDED
    shown = text_of(await office.get(f"/cases/{case_no}"))
    assert "12345热线，实名" in shown
    assert "三次来办都说系统故障" in shown
