"""定期工作 on the desk and on the command line: how each kind stands, the buttons, and an engine that is away."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NoReturn

import pytest

from activities.rhythm import WorkItem
from adapters.rhythm import RhythmDiary
from cli.rhythm import RhythmCommand
from models.errors import EngineUnavailable
from models.figures import FigurePeriod
from models.notices import Channel, NoticeKind
from models.rhythm import JobKind, JobPeriod
from tests.cli.terminal import Terminal
from tests.messages.support import message, post
from tests.rhythm.support import PaperSchedules, Tally
from tests.support.engine import HOTLINE, SUPERVISOR, at
from tests.web.pages import Pages, Shown, text_of, with_another
from web.routes.rhythm import RhythmPage

JANUARY = JobPeriod.of(FigurePeriod.of_months(2026, 1, 1))
NOW = at("2026-02-13 17:50")


@pytest.fixture
def engine() -> PaperSchedules:
    """What the engine has."""
    return PaperSchedules()


@pytest.fixture
def desk(pages: Pages, engine: PaperSchedules) -> Iterator[Pages]:
    """A supervisor in front of a desk with an engine of paper."""
    with with_another(pages, rhythm=replace(pages.desk.rhythm, engine=engine)) as browser:
        browser.log_in(SUPERVISOR)
        yield browser


def page_of(response: Shown, status: int = 200) -> RhythmPage:
    """The page's context."""
    assert (response.status_code, response.template.name) == (status, "rhythm.html")
    page = response.context["page"]
    assert isinstance(page, RhythmPage)
    return page


def test_each_kind_shows_its_rhythm_its_next_date_and_what_it_would_be_about(desk: Pages) -> None:
    page = page_of(desk.get("/rhythm", place="xintai"))
    assert [(row.line.kind, row.line.how_often, row.line.about, row.line.next) for row in page.work] == [
        (JobKind.BOTTOM, "每季度", "2025年第4季度", "2026-04-01（周三）08:30"),
        (JobKind.CIRCULAR, "每月、每季度", "2026年1月、2025年第4季度", "2026-03-02（周一）08:30"),
    ]
    assert all(row.last is None for row in page.work)
    assert page.runs == ()


def test_a_date_of_a_year_whose_notice_is_not_published_is_provisional(desk: Pages) -> None:
    desk.installation.moment = at("2026-11-22 10:00")
    desk.log_in(SUPERVISOR)
    assert page_of(desk.get("/rhythm", place="xintai")).work[0].line.next == "2027-01-04（周一）08:30（暂定）"


def test_what_was_done_stands_there_with_its_outcome_and_the_way_to_it(desk: Pages) -> None:
    item = WorkItem(jurisdiction="xintai", kind=JobKind.CIRCULAR, period=JANUARY, planned_at=NOW, at=NOW, by=SUPERVISOR)
    RhythmDiary(desk.installation.engine, lambda: NOW).keep(item, Tally())
    response = desk.get("/rhythm", place="xintai")
    (run,) = page_of(response).runs
    assert (run.work, run.period, run.state, run.outcome, run.link) == (
        "通报", "2026年1月", "已完成", "2026年1月已办。", "/figures?period=2026-01",
    )  # fmt: skip
    assert SUPERVISOR in run.by
    assert 'href="/figures?period=2026-01"' in response.text
    last = page_of(response).work[1].last
    assert last is not None
    assert last.period == "2026年1月"
    desk.log_in("admin-01")
    assert 'href="/figures?period=2026-01"' not in desk.get("/rhythm", place="xintai").text


def test_running_it_now_is_about_the_last_periods_that_are_over(desk: Pages, engine: PaperSchedules) -> None:
    answer = desk.post("/rhythm/run", {"place": "xintai", "kind": "circular"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/rhythm?place=xintai&done=run")
    assert engine.asked == [("xintai", JobKind.CIRCULAR, ("2026年1月", "2025年第4季度"), SUPERVISOR)]
    assert "已经开始办理" in text_of(desk.get("/rhythm", place="xintai", done="run"))


def test_a_pause_says_who_paused_it_and_a_resume_gives_the_next_date_back(desk: Pages) -> None:
    assert desk.post("/rhythm/pause", {"place": "xintai", "kind": "bottom"}).status_code == 303
    line = page_of(desk.get("/rhythm", place="xintai")).work[0].line
    assert (line.is_paused, line.next) == (True, "已暂停，恢复后从下一期起办理")
    assert line.note.startswith("2026-02-13（周五）17:50 由")
    assert desk.post("/rhythm/resume", {"place": "xintai", "kind": "bottom"}).status_code == 303
    assert not page_of(desk.get("/rhythm", place="xintai")).work[0].line.is_paused


@pytest.mark.parametrize(("place", "kind"), [("xintai", "points"), ("xintai", ""), ("nowhere", "circular")])
def test_work_that_the_place_does_not_have_is_refused(
    desk: Pages, engine: PaperSchedules, place: str, kind: str
) -> None:
    assert desk.post("/rhythm/run", {"place": place, "kind": kind}).status_code in (400, 422)
    assert engine.asked == []


async def away(*_: object) -> NoReturn:
    """What the front door says while the engine is away (`test_on_the_engine`)."""
    raise EngineUnavailable("流程引擎没有应答，定期工作的情况没有改变，请稍后重试。")


@pytest.mark.parametrize("button", ["run", "pause", "resume"])
def test_while_the_engine_is_away_the_page_says_so_and_a_button_changes_nothing(
    desk: Pages, engine: PaperSchedules, monkeypatch: pytest.MonkeyPatch, button: str
) -> None:
    for call in ("schedules", "run_now", "pause", "resume"):
        monkeypatch.setattr(engine, call, away)
    page = page_of(desk.get("/rhythm", place="xintai"))
    assert "流程引擎没有应答" in page.away
    assert page.work == ()
    response = desk.post(f"/rhythm/{button}", {"place": "xintai", "kind": "bottom"})
    assert "没有改变" in page_of(response, 409).refusal
    assert text_of(response).count("流程引擎没有应答") == 1


def test_a_notice_of_periodic_work_leads_to_the_page(desk: Pages) -> None:
    notice = message(1, NoticeKind.PERIODIC_WORK, Channel.MAIL, SUPERVISOR)
    notice = notice.model_copy(update={"case_no": "", "created_at": desk.installation.moment})
    post(desk.installation.engine, notice)
    assert "打开定期工作" in text_of(desk.get("/inbox"))
    answer = desk.post("/inbox/open", {"notice": notice.key})
    assert (answer.status_code, answer.headers["location"]) == (303, "/rhythm")


@dataclass
class WithPaper:
    """The commands' installation with schedules on paper."""

    def __init__(self, desk: Pages, engine: PaperSchedules) -> None:
        here = desk.installation
        self.terminal = Terminal(here)
        self.command = RhythmCommand(replace(desk.desk.rhythm, engine=engine), here.people, here.now)


@pytest.fixture
def terminal(desk: Pages, engine: PaperSchedules, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal over the same ports."""
    paper = WithPaper(desk, engine)
    monkeypatch.setattr(type(desk.installation), "rhythm_ports", property(lambda _: paper.command))
    return paper.terminal


def test_the_command_lists_runs_pauses_and_resumes(terminal: Terminal, engine: PaperSchedules) -> None:
    listed = terminal.run_now("rhythm", "list", "--jurisdiction", "xintai")
    assert listed.code == 0, listed
    assert "circular  通报          每月、每季度  2026-03-02（周一）08:30" in listed.out
    place = ("--jurisdiction", "xintai", "--as", SUPERVISOR)
    assert terminal.run_now("rhythm", "run", "circular", *place, "--period", "2025-12").code == 0
    assert engine.asked == [("xintai", JobKind.CIRCULAR, ("2025年12月",), SUPERVISOR)]
    assert terminal.run_now("rhythm", "pause", "bottom", *place).code == 0
    assert "已暂停" in terminal.run_now("rhythm", "list", "--jurisdiction", "xintai").out
    assert terminal.run_now("rhythm", "resume", "bottom", *place).code == 0
    assert engine.paused == {}


WRONG = [
    (("run", "points", "--as", SUPERVISOR), 2, "没有名为“points”的定期工作"),
    (("run", "bottom", "--as", SUPERVISOR, "--period", "2026-01"), 2, "每季度办理"),
    (("run", "circular", "--as", SUPERVISOR, "--period", "2026-02"), 2, "还没有结束"),
    (("run", "circular"), 2, "用法"),
    (("run", "circular", "--as", HOTLINE), 1, "管理定期工作由监督人员或管理员办理"),
]


@pytest.mark.parametrize(("arguments", "code", "sentence"), WRONG)
def test_what_cannot_be_asked_for_is_refused_with_what_to_correct(
    terminal: Terminal, engine: PaperSchedules, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    said = terminal.run_now("rhythm", *arguments, "--jurisdiction", "xintai")
    assert (said.code, sentence in said.err) == (code, True), said
    assert engine.asked == []


def test_an_engine_that_does_not_answer_can_be_asked_again_later(
    terminal: Terminal, engine: PaperSchedules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "run_now", away)
    said = terminal.run_now("rhythm", "run", "bottom", "--jurisdiction", "xintai", "--as", SUPERVISOR)
    assert said.code == 75
