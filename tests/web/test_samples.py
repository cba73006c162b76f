"""Samples on the desk and the terminal: drawn once, called through, and dissatisfaction becomes a case once."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, select

from adapters.policies import load_policy
from adapters.rating_store import evaluator_contact
from adapters.samples import PostgresSamples, SampleJob
from adapters.sms_refusals import SmsRefusals
from adapters.tables.reports import CITIZEN_REPORTS
from adapters.tables.samples import SAMPLE_CALLS
from models.clocks import ClockKind
from models.errors import BadInput, EngineUnavailable
from models.figures import FigurePeriod
from models.kinds import CaseSource
from models.reports import CitizenReport
from models.reveals import SHOWN_FOR
from models.rhythm import JobPeriod
from models.samples import DrawPlan, SampledPerson, SampleState
from models.sms_wishes import SmsReply
from policy.samples import draw, seed_of
from tests.cli.terminal import Terminal
from tests.support.engine import HOTLINE, OFFICER, SUPERVISOR, at
from tests.support.keys import PERSONAL
from tests.support.paper_frame import Once, PaperFrame
from tests.web.conftest import OpenOffice
from tests.web.pages import Pages, Shown, hidden_of, text_of, with_another
from tests.web.served import NAME, Served, matters, mobile, serve
from web.routes.sample_calls import NumberPage, PersonPage
from web.routes.samples import COLUMNS, SamplePage, SamplesPage

NOVEMBER = at("2026-11-02 09:00")
OCTOBER = FigurePeriod.of_months(2026, 10, 1)
DRAW = {"jurisdiction": "xintai", "period": "2026-10"}
HERE = "/samples/xintai-2026-10"
PURPOSE = "抽查回访，第一次拨打"


@pytest.fixture
def engine(pages: Pages) -> Engine:
    """The desk's database; the desk's clock stands on the first working day of November."""
    pages.installation.moment = NOVEMBER
    return pages.installation.engine


@pytest.fixture
def book(pages: Pages, engine: Engine) -> PostgresSamples:
    """The samples behind the desk."""
    return pages.installation.samples


def many(count: int, **changes: Any) -> list[Served]:
    """So many people, at three windows."""
    return [Served(n, f"RS-0{n % 3}", mobile(n), changes) for n in range(count)]


def drawn(pages: Pages) -> list[SampledPerson]:
    """Draw Xintai's October as a supervisor; who is in it."""
    pages.log_in(SUPERVISOR)
    made = pages.post("/samples", DRAW)
    assert (made.status_code, made.headers["location"]) == (303, HERE), text_of(made)
    return pages.installation.samples.people("xintai-2026-10")


def answer(pages: Pages, address: str, **fields: str) -> Shown:
    """Record a call with the form of the page; satisfied unless said otherwise."""
    key = fields.get("key") or hidden_of(pages.get(address), "key")
    usual = {"result": "reached", "level": "5", "said": "", "unit": "ez-renshe", "case_class": "general"}
    return pages.post(f"{address}/calls", {**usual, **fields, "key": key})


def test_a_period_is_drawn_once_and_always_opens_the_same_list(pages: Pages, engine: Engine) -> None:
    serve(engine, many(5))
    people = drawn(pages)
    assert len(people) == 5
    assert drawn(pages) == people
    assert {each.state for each in people} == {SampleState.TO_CALL}
    listed = pages.get("/samples").context["page"]
    assert isinstance(listed, SamplesPage)
    assert [(row.place, row.period, row.result.to_call) for row in listed.rows] == [("新泰市", "2026年10月", 5)]


def test_two_who_draw_at_once_get_one_sample(book: PostgresSamples, engine: Engine) -> None:
    serve(engine, many(12))
    plan = DrawPlan(people=6)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda by: book.draw("xintai", OCTOBER, plan, by, NOVEMBER), "abcd"))
    assert len({sample.drawn_by for sample, _ in made}) == 1
    assert sum(is_new for _, is_new in made) == 1
    assert len(book.people("xintai-2026-10")) == 6


def test_who_cannot_be_called_or_must_not_be_is_never_drawn_and_is_counted(pages: Pages, engine: Engine) -> None:
    serve(
        engine,
        [
            Served(1, mobile=mobile(1)),
            Served(2, mobile=mobile(2), changes={"anonymous": True}),
            Served(3),
            Served(4, mobile=mobile(4), changes={"level": 1}),
            Served(5, mobile=mobile(5)),
            Served(6, mobile=mobile(1)),
            Served(7, mobile=mobile(7), changes={"assessed_at": at("2026-11-01 00:00")}),
            Served(8, mobile=mobile(8), changes={"channel": "system_default", "default_flag": "1"}),
        ],
    )
    with engine.begin() as connection:
        with_case = "update ratings set case_no = 'xintai-P000004-1', case_state = 'opened' where level = 1"
        connection.exec_driver_sql(with_case)
    refusals = SmsRefusals(engine, PERSONAL, lambda: NOVEMBER)
    refusals.reply(SmsReply.model_validate({"from": mobile(5), "text": "TD", "at": NOVEMBER}))
    numbers = {each.project_no for each in drawn(pages)}
    assert numbers - {"P000006"} | {"P000001"} == {"P000001", "P000008"}
    assert len(numbers) == 2
    found = pages.installation.samples.sample("xintai-2026-10").population
    assert (found.matters, found.anonymous, found.without_number, found.with_case) == (4, 1, 1, 1)
    shown = text_of(pages.get(HERE))
    assert "不足计划数，可抽的全部列入：只有 1 个中心、1 个窗口、2 人。" in shown
    assert "匿名 1 件、没有电话 1 件、已立案另行回访 1 件" in shown


def test_who_has_not_rated_is_met_by_the_matter_and_whoever_rated_anonymously_is_not(
    pages: Pages, engine: Engine
) -> None:
    matters(engine, [Served(n, mobile=mobile(n)) for n in (1, 2, 3, 5)])
    matters(engine, [Served(4), Served(6, mobile=mobile(6), changes={"closed_at": at("2026-11-01 00:00")})])
    default = {"channel": "system_default", "default_flag": "1"}
    serve(engine, [Served(1, changes={"anonymous": True}), Served(2, changes=default), Served(3, mobile=mobile(3))])
    people = {each.project_no: each for each in drawn(pages)}
    assert {number: each.assess_number for number, each in people.items()} == {"P000002": 0, "P000003": 1, "P000005": 0}
    found = pages.installation.samples.sample("xintai-2026-10").population
    assert (found.matters, found.anonymous, found.without_number, found.with_case) == (3, 1, 1, 0)
    pages.log_in(HOTLINE)
    address = f"/samples/{people['P000005'].reference}"
    assert "办结时间 2026-10-10" in text_of(pages.get(address))
    pages.post(f"{address}/number", {"purpose": PURPOSE})
    assert mobile(5) in text_of(pages.get(f"{address}/number"))


def test_the_database_draws_as_the_rule_does_on_paper(book: PostgresSamples, engine: Engine) -> None:
    served = [
        Served(n, f"W{n % 7}", mobile(n % 25), {"dept_code": f"D{n % 4}", "unit": "ez-renshe"}) for n in range(60)
    ]
    serve(engine, served)
    plan = DrawPlan(people=12, windows=5, centres=3)
    seed = seed_of("xintai", OCTOBER, plan)
    stages, people = draw(PaperFrame([each.matter for each in served], seed), plan, seed, Once())
    sample, _ = book.draw("xintai", OCTOBER, plan, "", NOVEMBER)
    assert [f"{each.project_no}|1" for each in book.people(sample.number)] == [each.number for each in people]
    assert (sample.seed, sample.centres, sample.windows, sample.people) == (seed, 3, 5, 12)
    assert {each.place for each in book.people(sample.number)} <= set(stages.windows)
    found = sample.population
    assert (found.matters, found.centres, found.windows) == (60, 4, len({each.matter.window for each in served}))


NOT_DRAWN = [
    ({"jurisdiction": ""}, "请选择地区"),
    ({"jurisdiction": "ezhou"}, "规则没有抽查回访"),
    ({"period": "2026-Q3"}, "按月抽查回访，期间应是一个月"),
    ({"period": "2026-11"}, "还没有结束"),
    ({"period": "十月"}, "无法识别"),
    ({"period": "2026-09"}, "没有可以回访的评价，没有抽取名单"),
    ({"people": "50"}, "已经写明人数为 100"),
    ({"jurisdiction": "taian", "period": "2026-Q3"}, "请写明这次抽多少人"),
    ({"jurisdiction": "taian", "period": "2026-Q3", "people": "很多"}, "人数“很多”无法识别"),
]


def test_what_cannot_be_drawn_comes_back_with_a_sentence_and_what_was_typed(pages: Pages, engine: Engine) -> None:
    pages.log_in(SUPERVISOR)
    for changes, said in NOT_DRAWN:
        shown = pages.post("/samples", {**DRAW, **changes})
        assert shown.status_code == 422
        assert said in text_of(shown)
        typed = shown.context["page"].typed
        assert {name: typed[name] for name in {**DRAW, **changes}} == {**DRAW, **changes}
    assert pages.installation.samples.all() == []


def test_where_the_document_is_open_a_supervisor_says_how_many(pages: Pages, engine: Engine) -> None:
    serve(engine, many(9, assessed_at=at("2026-09-10 12:00")), "taian")
    pages.log_in(SUPERVISOR)
    given = {"jurisdiction": "taian", "period": "2026-Q3", "people": "4"}
    assert pages.post("/samples", given).headers["location"] == "/samples/taian-2026-Q3"
    assert len(pages.installation.samples.people("taian-2026-Q3")) == 4
    other = pages.post("/samples", {**given, "people": "5"})
    assert other.status_code == 409
    assert "已经抽取过（4 人），名单不能重抽" in text_of(other)


def test_the_number_is_shown_for_minutes_against_a_purpose_and_the_look_is_written_down(
    pages: Pages, engine: Engine
) -> None:
    serve(engine, many(1))
    drawn(pages)
    pages.log_in(HOTLINE)
    for address in (HERE, f"{HERE}/1", f"{HERE}/1/number"):
        assert mobile(0) not in pages.get(address).text
        assert NAME not in pages.get(address).text
    refused = pages.post(f"{HERE}/1/number", {"purpose": "回访"})
    assert (refused.status_code, pages.installation.reveals.log()) == (422, [])
    assert "没有显示任何信息" in text_of(refused)
    assert pages.post(f"{HERE}/1/number", {"purpose": PURPOSE}).headers["location"] == f"{HERE}/1/number"
    shown = pages.get(f"{HERE}/1/number")
    assert isinstance(shown.context["page"], NumberPage)
    assert mobile(0) in text_of(shown)
    assert NAME in text_of(shown)
    assert shown.headers["refresh"] == "301"
    pages.log_in(SUPERVISOR)
    assert mobile(0) not in pages.get(f"{HERE}/1/number").text
    log = pages.get("/reveals")
    assert f'<a href="{HERE}/1">xintai-2026-10/1</a>' in log.text
    assert PURPOSE in text_of(log)
    pages.log_in(HOTLINE)
    pages.installation.moment += SHOWN_FOR
    assert mobile(0) not in pages.get(f"{HERE}/1/number").text


def test_nobody_of_the_rated_unit_sees_the_number_or_records_a_call(pages: Pages, engine: Engine) -> None:
    serve(engine, [Served(1, mobile=mobile(1), changes={"unit": "ez-12345"})])
    drawn(pages)
    pages.log_in(HOTLINE)
    listed = pages.get(HERE)
    assert "由其他单位的人员回访" in text_of(listed)
    assert f'href="{HERE}/1"' not in listed.text
    for refused in (
        pages.get(f"{HERE}/1"),
        pages.get(f"{HERE}/1/number"),
        pages.post(f"{HERE}/1/number", {"purpose": PURPOSE}),
        pages.post(f"{HERE}/1/calls", {"result": "reached", "level": "5"}),
    ):
        assert refused.status_code == 403
        assert "请由其他单位的话务员或监督人员回访" in text_of(refused)
    assert pages.installation.reveals.log() == []
    pages.log_in(SUPERVISOR)
    assert pages.get(f"{HERE}/1").status_code == 200


def test_the_rated_and_the_others_do_not_get_there(pages: Pages, engine: Engine) -> None:
    serve(engine, many(1))
    drawn(pages)
    for user in (OFFICER, "clerk-renshe", "head-renshe", "reviewer-01", "admin-01"):
        pages.log_in(user)
        for address in ("/samples", HERE, f"{HERE}/1", f"{HERE}/1/number", f"{HERE}/book.xlsx"):
            assert pages.get(address).status_code == 403, (user, address)
    pages.log_in(HOTLINE)
    assert pages.post("/samples", DRAW).status_code == 403


def test_the_answers_make_the_satisfaction_rate_with_both_numbers(pages: Pages, engine: Engine) -> None:
    serve(engine, [*many(3), Served(7, mobile=mobile(7), changes={"unit": "ez-shichang"}), Served(8, mobile=mobile(8))])
    people = drawn(pages)
    pages.log_in(HOTLINE)
    results = [
        {"level": "5"},
        {"level": "3"},
        {"level": "2", "said": "等了两个小时"},
        {"result": "refused", "level": ""},
    ]
    with with_another(pages, reception=replace(pages.desk.reception, open_case=lambda report: None)) as desk:
        desk.log_in(HOTLINE)
        for each, said in zip(people, results, strict=False):
            assert (
                answer(desk, f"/samples/{each.reference}", **said).headers["location"] == f"/samples/{each.reference}"
            )
    page = pages.get(HERE).context["page"]
    assert isinstance(page, SamplePage)
    good = 2 if load_policy("xintai").surroundings.level3_counts_as == "good" else 1
    assert (page.result.reached, page.result.satisfied, page.result.dissatisfied) == (3, good, 1)
    assert (page.result.to_call, page.result.refused) == (1, 1)
    assert page.rate == {1: "33.3%（1/3）", 2: "66.6%（2/3）"}[good]
    assert page.rows[0].person.state is SampleState.TO_CALL
    assert sum(each.result.people for each in page.units) == 5
    assert sum(each.result.reached for each in page.units) == 3


def test_dissatisfaction_becomes_one_case_however_often_the_form_is_sent(pages: Pages, engine: Engine) -> None:
    serve(engine, many(1))
    drawn(pages)
    pages.log_in(HOTLINE)
    opened: list[CitizenReport] = []
    with with_another(pages, reception=replace(pages.desk.reception, open_case=opened.append)) as desk:
        desk.log_in(HOTLINE)
        key = hidden_of(desk.get(f"{HERE}/1"), "key")
        said = {"level": "1", "said": "同样的材料要了三次，请回电 13800000000", "key": key}
        sent = [answer(desk, f"{HERE}/1", **said) for _ in range(2)]
        changed = answer(desk, f"{HERE}/1", level="5", key=key)
        late = answer(desk, f"{HERE}/1", level="4", said="后来又说还行", key="another")
    assert [each.status_code for each in (*sent, changed)] == [303, 303, 303]
    assert late.status_code == 409
    assert "已经登记过" in text_of(late)
    assert "您填写的内容没有登记：后来又说还行" in text_of(late)
    case_no = "xintai-S20261102-0001-1"
    assert {each.case_no for each in opened} == {case_no}
    with engine.connect() as connection:
        (row,) = connection.execute(select(CITIZEN_REPORTS)).mappings().all()
        contact = evaluator_contact(connection, PERSONAL, case_no)
        assert len(connection.execute(select(SAMPLE_CALLS)).all()) == 1
    assert (row["source"], row["unit"], row["task_name"]) == ("sample_callback", "ez-renshe", "社会保障卡补换")
    assert row["mobile"].startswith("v1.")
    assert contact is not None
    assert (contact.name, contact.mobile) == (NAME, mobile(0))
    shown = pages.get(f"{HERE}/1")
    assert case_no in text_of(shown)
    assert "同样的材料要了三次，请回电 138******00" in text_of(shown)
    assert 'name="result"' not in shown.text
    assert pages.post(f"{HERE}/1/number", {"purpose": PURPOSE}).status_code == 409


def test_while_the_engine_is_down_the_answer_is_kept_and_said_to_be_safe(pages: Pages, engine: Engine) -> None:
    serve(engine, many(1))
    drawn(pages)
    pages.log_in(HOTLINE)

    def deaf(report: CitizenReport) -> None:
        raise EngineUnavailable("流程引擎没有应答。")

    with with_another(pages, reception=replace(pages.desk.reception, open_case=deaf)) as desk:
        desk.log_in(HOTLINE)
        shown = answer(desk, f"{HERE}/1", level="2", said="没有人管")
    assert shown.status_code == 503
    assert "请不要重复登记" in text_of(shown)
    assert pages.installation.samples.person("xintai-2026-10", 1).case_no == "xintai-S20261102-0001-1"


def test_where_the_rules_have_no_such_source_dissatisfaction_is_kept_without_a_case(
    pages: Pages, engine: Engine
) -> None:
    serve(engine, many(1, assessed_at=at("2026-09-10 12:00")), "taian")
    pages.log_in(SUPERVISOR)
    pages.post("/samples", {"jurisdiction": "taian", "period": "2026-Q3", "people": "1"})
    here = "/samples/taian-2026-Q3/1"
    assert "不满意的只登记结果，不立案" in text_of(pages.get(here))
    assert answer(pages, here, level="1", said="态度生硬", unit="", case_class="").status_code == 303
    person = pages.installation.samples.person("taian-2026-Q3", 1)
    assert (person.level, person.said, person.case_no) == (1, "态度生硬", "")


GAPS = [
    ({"result": ""}, "请选择通话结果"),
    ({"level": ""}, "请选择对方的满意度"),
    ({"level": "9"}, "请从页面上选择满意度"),
    ({"level": "1", "said": ""}, "请写明哪里不满意"),
    ({"level": "1", "said": "慢", "unit": "nowhere"}, "目录中没有单位"),
    ({"level": "1", "said": "慢", "case_class": ""}, "请选择类别"),
    ({"level": "1", "said": "慢", "case_class": "simple"}, "这一类别"),
    ({"result": "no_answer", "level": "4"}, "没有接通的，不填写满意度"),
    ({"said": "慢" * 2001}, "最多 2000 个字"),
]


def test_a_form_with_a_gap_comes_back_as_it_was_typed(pages: Pages, engine: Engine) -> None:
    serve(engine, many(1))
    drawn(pages)
    pages.log_in(HOTLINE)
    for fields, said in GAPS:
        shown = answer(pages, f"{HERE}/1", **{"key": "k", **fields})
        assert shown.status_code == 422
        assert said in text_of(shown)
        page = shown.context["page"]
        assert isinstance(page, PersonPage)
        assert {name: page.typed[name] for name in fields} == fields
        assert hidden_of(shown, "key") == "k"
    assert pages.installation.samples.person("xintai-2026-10", 1).attempts == 0


def test_unanswered_calls_are_counted_and_somebody_stays_on_the_list_until_tried_often_enough(
    pages: Pages, engine: Engine
) -> None:
    serve(engine, many(1))
    drawn(pages)
    pages.log_in(HOTLINE)
    states = []
    for moment in ("2026-11-02 09:00", "2026-11-02 10:00", "2026-11-02 14:00"):
        pages.installation.moment = at(moment)
        pages.log_in(HOTLINE)
        answer(pages, f"{HERE}/1", result="no_answer", level="")
        states.append(pages.installation.samples.person("xintai-2026-10", 1).state)
    assert states == [SampleState.TO_CALL, SampleState.TO_CALL, SampleState.UNREACHED]
    assert text_of(pages.get(f"{HERE}/1")).count("无人接听") == 3


def test_the_file_holds_every_row_and_nothing_personal(pages: Pages, engine: Engine) -> None:
    serve(engine, many(3))
    people = drawn(pages)
    pages.log_in(HOTLINE)
    answer(pages, f"{HERE}/1", level="4", said="=1+1")
    sheet = load_workbook(io.BytesIO(pages.get(f"{HERE}/book.xlsx").content)).active
    assert sheet is not None
    note, head, *rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert "新泰市2026年10月抽查回访，满意率 100%（1/1）" in str(note[0])
    assert head == [name for name, _ in COLUMNS]
    assert [row[head.index("办件编号")] for row in rows] == [each.project_no for each in people]
    assert rows[0][head.index("对方说")] == "=1+1"
    cells = {str(cell) for row in [note, *rows] for cell in row}
    assert not [cell for cell in cells if NAME in cell or any(mobile(n) in cell for n in range(3))]


def test_what_is_not_there_is_said(pages: Pages, engine: Engine) -> None:
    pages.log_in(HOTLINE)
    assert "还没有抽取过" in text_of(pages.get("/samples"))
    assert "没有编号为“nothing”的抽查回访" in text_of(pages.get("/samples/nothing"))
    assert "抽查名单中没有这一位" in text_of(pages.get("/samples/nothing/1"))
    with pytest.raises(BadInput):
        pages.installation.samples.person("nothing", 1)


def test_the_calendar_s_work_draws_by_the_rule_and_once_more_changes_nothing(
    book: PostgresSamples, engine: Engine
) -> None:
    serve(engine, many(4))
    job = SampleJob(book, load_policy)
    october = JobPeriod(label="2026年10月", first=OCTOBER.first, last=OCTOBER.last)
    made = job.run("xintai", october, NOVEMBER)
    assert (made.summary, made.count, made.link) == ("2026年10月的抽查名单有 4 人，请话务员逐一回访。", 4, HERE)
    people = book.people("xintai-2026-10")
    assert len(people) == 4
    serve(engine, [Served(99, mobile=mobile(99))])
    assert job.run("xintai", october, NOVEMBER) == made
    assert book.people("xintai-2026-10") == people
    september = JobPeriod(label="2026年9月", first=OCTOBER.before.first, last=OCTOBER.before.last)
    nobody = job.run("xintai", september, NOVEMBER)
    assert (nobody.count, "没有可以回访的评价，没有抽取" in nobody.summary) == (0, True)
    assert [each.number for each in book.all()] == ["xintai-2026-10"]
    quarter = FigurePeriod.of_months(2026, 7, 3)
    asked = job.run("taian", JobPeriod(label="2026年第3季度", first=quarter.first, last=quarter.last), NOVEMBER)
    assert (asked.count, asked.link) == (0, "/samples")
    assert "请监督人员在抽查回访的页面写明人数后抽取" in asked.summary


def test_the_terminal_draws_shows_and_checks(pages: Pages, engine: Engine) -> None:
    serve(engine, many(4))
    terminal = Terminal(pages.installation)
    run: Callable[..., Any] = terminal.run_now
    made = run("sample", "draw", "--jurisdiction", "xintai", "--month", "2026-10")
    assert (made.code, made.out.splitlines()[0]) == (0, "已抽取。")
    assert "计划：100 人、10 个窗口、5 个中心" in made.out
    again = run("sample", "draw", "--jurisdiction", "xintai")
    assert (again.code, again.out.splitlines()[0]) == (0, "这一期已经抽取过，名单没有改变。")
    shown = run("sample", "show", "--jurisdiction", "xintai")
    assert shown.out.splitlines() == again.out.splitlines()[1:]
    assert "测试人社局" in shown.out
    assert run("sample", "check", "--jurisdiction", "xintai").out.startswith("一致：")
    serve(engine, [Served(99, mobile=mobile(99))])
    changed = run("sample", "check", "--jurisdiction", "xintai")
    assert (changed.code, changed.out.startswith("不一致：")) == (1, True)
    for words, said in [
        (("draw", "--jurisdiction", "taian", "--quarter", "2026-Q3"), "请写明这次抽多少人"),
        (("show", "--jurisdiction", "xintai", "--month", "2026-09"), "没有编号为“xintai-2026-09”的抽查回访"),
        (("call", "--jurisdiction", "xintai"), "用法：sample draw"),
        (("draw", "--jurisdiction", "xintai", "--month", "2026-10", "--quarter", "2026-Q3"), "只能写一个"),
        (("draw", "--jurisdiction", "ezhou"), "没有抽查回访"),
    ]:
        refused = run("sample", *words)
        assert (refused.code, said in refused.err) == (2, True), refused
    assert mobile(0) not in made.out + shown.out


async def test_a_dissatisfied_answer_runs_as_a_case_of_its_own(working_office: OpenOffice) -> None:
    office = await working_office("2026-11-02 09:00", "xintai")
    serve(office.pages.installation.engine, many(1))
    office.log_in(SUPERVISOR)
    assert (await office.post("/samples", DRAW)).status_code == 303
    office.log_in(HOTLINE)
    form = {
        "result": "reached",
        "level": "1",
        "said": "跑了四趟",
        "unit": "ez-renshe",
        "case_class": "general",
        "key": "k",
    }
    for _ in range(2):
        sent = await office.post(f"{HERE}/1/calls", form)
        assert sent.status_code == 303, text_of(sent)
    case = office.office.reader.case("xintai-S20261102-0001-1")
    assert (case.source, case.unit, case.satisfaction) == (CaseSource.SAMPLE_CALLBACK, "ez-renshe", None)
    assert ClockKind.SIGN_OFF in {clock.kind for clock in office.office.reader.clocks(case.case_no)}
    called = text_of(await office.get(f"/cases/{case.case_no}/call"))
    assert "通过抽查回访反映了“社会保障卡补换”（测试人社局）的问题" in called
    assert case.case_no in text_of(await office.get(f"{HERE}/1"))
