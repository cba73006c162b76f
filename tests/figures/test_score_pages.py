"""The page and the command of the scores: every score opened to its parts, kept, and taken away as a file."""

import io
import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from adapters.directory import Directory
from adapters.policy_files import Shelf
from cli import scores
from cli.scores import ScorePorts
from models.errors import ActionRefused, BadInput
from tests.cli.terminal import Terminal
from tests.figures.month import LATER, Month
from tests.figures.scored import FOUR_DIMENSIONS, POINTS, score_book, scoring_desk
from tests.figures.test_month import book_of
from tests.web.pages import Pages, text_of

MARCH = {"place": "ezhou", "period": "2026-03"}


@pytest.fixture
def desk(month: Month, tmp_path: Path) -> Iterator[Pages]:
    """The desk of the month, on 5 April, with a supervisor before it."""
    with scoring_desk(month, tmp_path, POINTS) as pages:
        yield pages


def test_every_score_opens_to_what_it_is_made_of_and_to_the_rows(desk: Pages, month: Month) -> None:
    shown = desk.get("/scores", **MARCH, as_of="2026-03-31")
    assert (shown.status_code, shown.template.name) == (200, "scores.html")
    rows = shown.context["page"].rows
    assert [(row.place, row.line.name, row.line.said) for row in rows] == [
        ("1", "测试市场监管局", "89 分"),
        ("2", "测试人社局", "79 分"),
    ]
    unfinished = next(each for each in rows[1].parts if each.part.label == "未按期整改")
    behind = desk.get(unfinished.rows).context["page"]
    assert [case_no for case_no, _ in behind.rows] == [month.cases["D"]]
    said = text_of(shown)
    assert "基础分 100 分" in said
    assert "差评 4 件 ；每 1 件减 2 分； −8 分" in said
    assert "文件没有写减分；不予采纳的差评不减。" in said


def test_a_window_has_points_and_ratings_that_name_none_are_nobodys(desk: Pages) -> None:
    shown = desk.get("/scores", **MARCH, as_of="2026-03-31", by="window")
    [row] = shown.context["page"].rows
    # 100 + 2 − 4: A's and F's evaluators were satisfied, both reviews are bad; C's was not adopted.
    assert (row.place, row.line.name, row.line.said) == ("1", "测试人社局 03号窗口", "98 分")


def test_without_a_word_it_is_the_last_month_of_the_first_place_that_scores(desk: Pages) -> None:
    page = desk.get("/scores").context["page"]
    assert (page.given["place"], page.given["period"], page.heading) == (
        "ezhou",
        "2026-03",
        "鄂州市 · 月积分 · 2026年3月",
    )


def test_points_are_kept_and_stand_beside_those_of_now(fresh_month: Month, tmp_path: Path) -> None:
    with scoring_desk(fresh_month, tmp_path, POINTS) as desk:
        answer = desk.post("/scores/keep", MARCH)
        assert (answer.status_code, answer.headers["location"]) == (303, "/scores?place=ezhou&period=2026-03&by=unit")
        said = text_of(desk.get("/scores", **MARCH))
        assert "2026-04-05（周日）00:00 由测试·监督人员（supervisor-01）登记" in said
        assert desk.post("/scores/keep", MARCH | {"period": "2026-04"}).status_code == 422


def test_the_file_has_every_part(desk: Pages) -> None:
    shown = desk.get("/scores.xlsx", **MARCH, as_of="2026-03-31")
    sheet = load_workbook(io.BytesIO(shown.content)).active
    assert sheet is not None
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    bad = rows[1].index("差评·依据")
    assert [[row[0], row[1], row[2], *row[bad : bad + 2]] for row in rows[2:]] == [
        [1, "测试市场监管局", "89 分", "2 件", "−4 分"],
        [2, "测试人社局", "79 分", "4 件", "−8 分"],
    ]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"place": "nowhere"}, "没有名为“nowhere”的地区"),
        ({"period": "2026-3"}, "应写成“2026-11”（月）"),
        ({"as_of": "2026-04-06"}, "还没有到"),
        ({"by": "item"}, "评分只按单位、窗口或人员"),
        ({"score": "x"}, "请从页面上重新选择"),
    ],
)
def test_a_wrong_choice_is_refused_above_the_form(desk: Pages, query: dict[str, str], said: str) -> None:
    shown = desk.get("/scores", **query)
    assert (shown.status_code, shown.template.name) == (422, "scores.html")
    assert said in shown.context["page"].refusal
    assert desk.get("/scores.xlsx", **query).status_code == 422


def test_a_place_without_rules_is_told_so_on_page_and_terminal(month: Month) -> None:
    month.pages.log_in("supervisor-01")
    assert "本地没有综合评分和月积分的规则" in text_of(month.pages.get("/scores", **MARCH))
    assert month.pages.post("/scores/keep", MARCH).status_code == 422
    said = Terminal(month.pages.installation).run_now("scores", "--jurisdiction", "ezhou", "--period", "2026-03")
    assert said.code == 0
    assert "本地没有综合评分和月积分的规则" in said.out


def command_of(month: Month, tmp_path: Path, rules: str) -> Callable[..., str]:
    """The command about March, under rules of the test's own; it gives what was printed."""
    directory = Directory(month.pages.installation.engine)
    ports = ScorePorts(book_of(month), score_book(month, tmp_path, rules), Shelf(), directory, lambda: LATER)
    parser = ArgumentParser()
    scores.configure(parser)

    def said(*more: str) -> str:
        out = io.StringIO()
        asked = ["--jurisdiction", "ezhou", "--period", "2026-03", *more]
        assert scores.run(parser.parse_args(asked), ports, out, io.StringIO()) == 0
        return out.getvalue()

    return said


def test_the_command_keeps_points_in_the_name_of_a_supervisor(fresh_month: Month, tmp_path: Path) -> None:
    said = command_of(fresh_month, tmp_path, POINTS)
    with pytest.raises(BadInput, match="登记月积分时请用 --as 写明由哪个用户办理"):
        said("--keep")
    with pytest.raises(ActionRefused, match="登记月积分由监督人员办理"):
        said("--keep", "--as", "officer-renshe")
    assert said("--keep", "--as", "supervisor-01").endswith(
        "\n测试·监督人员（supervisor-01）登记了2026年3月的月积分。\n"
    )
    assert "登记了" not in said()
    with pytest.raises(BadInput, match="没有登记月积分"):
        said("--period", "2025-03", "--keep", "--as", "supervisor-01")
    with scoring_desk(fresh_month, tmp_path, POINTS) as desk:
        assert "由测试·监督人员（supervisor-01）登记" in text_of(desk.get("/scores", **MARCH))


def test_the_command_prints_the_same_score_with_its_parts(month: Month, tmp_path: Path) -> None:
    then = command_of(month, tmp_path, FOUR_DIMENSIONS)

    def said(*more: str) -> str:
        return then("--as-of", "2026-03-31", *more)

    assert "74.52 分" in said()
    assert "本期没有可统计的回访满意率" in said()
    found = json.loads(said("--json"))
    assert [(line["key"], line["place"], line["said"]) for line in found["lines"]] == [
        ("ez-renshe", 1, "74.52 分"),
        ("ez-shichang", None, "—"),
    ]
    assert found["lines"][0]["parts"][1] == {
        "label": "签收", "figure": "signoff_on_time", "said": "签收及时率 80.0%（4/5）", "adds": "20.00 分",
    }  # fmt: skip
    for wrong in (["--by", "item"], ["--score", "x"], ["--keep", "--as", "supervisor-01"]):
        with pytest.raises(BadInput):
            said(*wrong)
