"""What is rated is rated once: batches, themes and visits on their way through the import into the case."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from adapters import rating_import
from adapters.closed_tables import CLOSED_TABLES
from adapters.codec import KeyRing
from adapters.database import make_engine
from adapters.key_change import KeyChange
from adapters.personal import PersonalData
from adapters.policies import load_policy
from adapters.rating_copy import content_digest
from adapters.rating_import import RatingImporter
from adapters.rating_store import complaint, pending_cases
from models.ratings import FAMILY, CoveredMatter, ImportReport, Rating, RatingRules, SatisfactionLevel
from models.surroundings import RatedObject
from policy.dispatch import order_for
from tests.intake.support import BAD, ROW, reader, request, rows, write_csv
from tests.support.keys import TEST_KEYS

COLUMNS = {"visitNo": "", "themeName": "", "coveredMatters": "", "staffSatisfaction": "", "staffEvalDetail": ""}
BY_MATTER = RatingRules(rates_staff=True, batch_min=2, once_per_visit=False)

Line = dict[str, str]


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    """The importer's database."""
    engine = make_engine(database_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def line(project_no: str, **changes: str) -> Line:
    """A good rating of that matter, with the added columns."""
    return ROW | COLUMNS | {"projectNo": project_no} | changes


def imported(importer: RatingImporter, path: Path, *lines: Line, rules: RatingRules | None = None) -> ImportReport:
    """The report of an import of these lines."""
    order = request(write_csv(path, lines))
    return importer.import_file(order if rules is None else order.model_copy(update={"rules": rules}))


def _matter(project_no: str, task_code: str) -> CoveredMatter:
    return CoveredMatter(project_no=project_no, task_code=task_code)


def told(report: ImportReport) -> str:
    """What the rejects file says."""
    return Path(report.rejects_file or "").read_text(encoding="utf-8-sig")


def stored(database_url: str) -> tuple[set[str], set[tuple[str, str, str | None]]]:
    """The rated matters, and the covered ones with whose rating covers them and their item."""
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        rated = {row[0] for row in connection.execute("select project_no from ratings")}
        covered = connection.execute("select project_no, rating_project_no, task_code from rating_matters").fetchall()
    return rated, set(covered)


def test_a_batch_is_one_rating_and_its_other_matters_are_kept(
    importer: RatingImporter, database_url: str, tmp_path: Path
) -> None:
    report = imported(importer, tmp_path / "r.csv", line("B1", coveredMatters="B2,B3"), line("A1"))
    assert (report.stored, report.rejected) == (2, 0)
    assert stored(database_url) == ({"A1", "B1"}, {("B2", "B1", None), ("B3", "B1", None)})


def test_a_theme_keeps_the_item_of_each_of_its_matters(
    importer: RatingImporter, database_url: str, tmp_path: Path
) -> None:
    imported(importer, tmp_path / "r.csv", line("B1", themeName="我要开餐馆", coveredMatters="B2=X2,B3=X3"))
    assert stored(database_url) == ({"B1"}, {("B2", "B1", "X2"), ("B3", "B1", "X3")})


ONCE = [
    ("covered, then by itself", [line("B1", coveredMatters="B2")], line("B2"), "B1 的评价已包括本办件"),
    ("by itself, then covered", [line("B2")], line("B1", coveredMatters="B2"), "去掉 B2"),
    ("covered twice", [line("B1", coveredMatters="B3")], line("B2", coveredMatters="B3"), "已随 B1 一并评价"),
]


@pytest.mark.parametrize("apart", [False, True], ids=["in one file", "in two files"])
@pytest.mark.parametrize(("name", "before", "second", "sentence"), ONCE, ids=[row[0] for row in ONCE])
def test_a_matter_is_rated_once_in_a_round_however_it_is_delivered(
    importer: RatingImporter,
    database_url: str,
    tmp_path: Path,
    name: str,
    before: list[Line],
    second: Line,
    sentence: str,
    apart: bool,
) -> None:
    if apart:
        assert imported(importer, tmp_path / "before.csv", *before).rejected == 0
        report = imported(importer, tmp_path / "r.csv", second)
    else:
        report = imported(importer, tmp_path / "r.csv", *before, second)
    assert report.rejected == 1
    assert sentence in told(report)
    assert stored(database_url)[0] == {each["projectNo"] for each in before}


def test_a_plain_file_meets_what_another_file_covers(importer: RatingImporter, tmp_path: Path) -> None:
    imported(importer, tmp_path / "batch.csv", line("EZ20260920-000001", coveredMatters="EZ20260920-000002"))
    report = importer.import_file(request(write_csv(tmp_path / "r.csv", rows(4)[1:])))
    assert (report.stored, report.rejected) == (2, 1)
    assert "EZ20260920-000001 的评价已包括本办件" in told(report)


def test_the_next_round_is_another_one(importer: RatingImporter, database_url: str, tmp_path: Path) -> None:
    lines = line("B1", coveredMatters="B2"), line("B2", assessNumber="2"), line("B1", assessNumber="2")
    assert imported(importer, tmp_path / "r.csv", *lines).stored == 3


@pytest.mark.parametrize("kept", [3, 64], ids=["in one piece", "in many pieces"])
def test_the_same_batches_again_change_nothing(
    importer: RatingImporter, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr(rating_import, "PIECE_ROWS", kept)
    lines = [line(f"B{n}", coveredMatters=f"C{n},D{n}", visitNo=f"V{n}") for n in range(150)]
    assert imported(importer, tmp_path / "r.csv", *lines).stored == 150
    before = stored(database_url)
    again = imported(importer, tmp_path / "again.txt", *lines, line("NEW"))
    assert (again.stored, again.already_stored, again.rejected) == (1, 150, 0)
    assert stored(database_url) == (before[0] | {"NEW"}, before[1])


def test_a_batch_that_comes_again_with_other_matters_is_rejected(importer: RatingImporter, tmp_path: Path) -> None:
    imported(importer, tmp_path / "r.csv", line("B1", coveredMatters="B2"))
    report = imported(importer, tmp_path / "other.csv", line("B1", coveredMatters="B2,B3"))
    assert [each.reason for each in report.reasons] == ["与已有的同一条评价内容不同"]


@pytest.mark.parametrize("apart", [False, True], ids=["in one file", "in two files"])
def test_over_the_counter_a_visit_is_rated_once(importer: RatingImporter, tmp_path: Path, apart: bool) -> None:
    first, second = line("A1", visitNo="V1"), line("A2", visitNo="V1", pf="3")
    if apart:
        imported(importer, tmp_path / "first.csv", first)
    report = imported(importer, tmp_path / "r.csv", *([second] if apart else [first, second]))
    assert report.rejected == 1
    assert "该次办事已有办件 A1 的评价" in told(report)


@pytest.mark.parametrize(
    ("changes", "rules"),
    [({"pf": "1"}, None), ({"visitNo": "V2"}, None), ({"assessNumber": "2"}, None), ({}, BY_MATTER)],
    ids=["online every matter is rated", "another visit", "another round", "a place that counts by matter"],
)
def test_what_is_no_second_rating_of_a_visit(
    importer: RatingImporter, tmp_path: Path, changes: Line, rules: RatingRules | None
) -> None:
    lines = line("A1", visitNo="V1"), line("A2", **({"visitNo": "V1"} | changes))
    assert imported(importer, tmp_path / "r.csv", *lines, rules=rules).stored == 2


_MATTERS = ("A", "B", "C", "D")
_PLACES = count(1)
"""Every example has a place of its own, so that the database need not be emptied."""

some_ratings = st.lists(
    st.tuples(st.sampled_from(_MATTERS), st.sets(st.sampled_from(_MATTERS), max_size=2), st.sampled_from(["1", "2"])),
    max_size=10,
)


def first_come(lines: list[Line]) -> set[tuple[str, str]]:
    """Which matters are rated in which round, by the row that came first; worked out without the importer."""
    rated: dict[tuple[str, str], str] = {}
    taken = set()
    for each in lines:
        own, number = each["projectNo"], each["assessNumber"]
        wanted = {own, *filter(None, each["coveredMatters"].split(","))}
        if not any((matter, number) in rated for matter in wanted):
            rated |= {(matter, number): own for matter in wanted}
            taken.add((own, number))
    return taken


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(first=some_ratings, second=some_ratings)
def test_whatever_comes_in_whatever_order_who_comes_first_is_stored(
    importer: RatingImporter,
    database_url: str,
    tmp_path: Path,
    first: list[tuple[str, set[str], str]],
    second: list[tuple[str, set[str], str]],
) -> None:
    place = f"place{next(_PLACES)}"
    files = [
        [
            line(own, coveredMatters=",".join(sorted(others - {own})), assessNumber=number, writingEvaluation=str(n))
            for n, (own, others, number) in enumerate(drawn)
        ]
        for drawn in (first, second)
    ]
    for name, lines in zip(("first.csv", "second.csv"), files, strict=True):
        if lines:
            importer.import_file(request(write_csv(tmp_path / name, lines), jurisdiction=place))
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        found = connection.execute(
            "select project_no, assess_number::text from ratings where jurisdiction = %s", (place,)
        ).fetchall()
        both = connection.execute(
            "select project_no from ratings join rating_matters using (jurisdiction, project_no, assess_number)"
        ).fetchall()
    assert set(found) == first_come([*files[0], *files[1]])
    assert both == []


def test_ratings_from_before_the_added_fields_keep_their_digest() -> None:
    row = list(ROW.values())
    rating = reader().read(row)
    assert isinstance(rating, Rating)
    plain = content_digest(rating)
    assert plain == content_digest(rating[: len(FAMILY)])
    assert plain != content_digest(rating._replace(covered_matters="B2"))


def test_a_batch_is_recognised_after_the_keys_were_changed(
    importer: RatingImporter, database_url: str, tmp_path: Path
) -> None:
    given = {"coveredMatters": "B2", "staffSatisfaction": "5", "visitNo": "V1", "origin": "user"}
    imported(importer, tmp_path / "r.csv", line("B1", **given))
    new = base64.b64encode(bytes(range(32))).decode()
    engine = make_engine(database_url)
    both = KeyRing(current="k2", keys={**TEST_KEYS.keys, "k2": new})
    KeyChange(engine, both, lambda: None, CLOSED_TABLES).rewrite(lambda far: None)
    engine.dispose()
    after = replace(importer, personal=PersonalData(KeyRing(current="k2", keys={"k2": new})))
    assert imported(after, tmp_path / "again.txt", line("B1", **given)).already_stored == 1


def test_a_file_with_empty_added_columns_brings_the_same_ratings(importer: RatingImporter, tmp_path: Path) -> None:
    importer.import_file(request(write_csv(tmp_path / "plain.csv", [ROW])))
    assert imported(importer, tmp_path / "r.csv", ROW | COLUMNS).already_stored == 1


def test_a_bad_batch_is_one_case_that_knows_its_matters(
    importer: RatingImporter, connection: Connection, tmp_path: Path
) -> None:
    given = BAD | {"themeName": "我要开餐馆", "coveredMatters": "B2=X2,B3=X3"}
    report = imported(importer, tmp_path / "r.csv", line("B1", **given))
    assert [case.case_no for case in report.cases] == ["ezhou-B1-1"]

    [pending] = pending_cases(connection, "ezhou", 10)
    assert order_for(pending, load_policy("ezhou").policy, "test").bad_objects == ()
    known = complaint(connection, "ezhou-B1-1")
    assert known.theme == "我要开餐馆"
    assert known.covered == (_matter("B2", "X2"), _matter("B3", "X3"))


def test_a_bad_star_for_the_clerk_is_one_case_that_names_the_clerk(
    importer: RatingImporter, connection: Connection, tmp_path: Path
) -> None:
    given = {"staffSatisfaction": "2", "staffEvalDetail": "214"}
    report = imported(importer, tmp_path / "r.csv", line("A1", **given), line("A2", **(BAD | given)))
    assert (report.bad, [int(case.level) for case in report.cases]) == (2, [2, 1])

    policy = load_policy("ezhou").policy
    orders = {each.project_no: order_for(each, policy, "test") for each in pending_cases(connection, "ezhou", 10)}
    clerk, both = orders["A1"], orders["A2"]
    assert (clerk.satisfaction, clerk.tags, clerk.bad_objects) == (2, ("214",), (RatedObject.STAFF,))
    assert (both.satisfaction, both.tags) == (1, ("113", "214"))
    assert both.bad_objects == (RatedObject.ITEM, RatedObject.STAFF)
    known = complaint(connection, "ezhou-A1-1")
    assert (known.level, known.staff_level) == (SatisfactionLevel.VERY_GOOD, SatisfactionLevel.BAD)
    assert known.reasons[-1] == "服务态度生硬（对工作人员）"
