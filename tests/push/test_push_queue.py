"""What comes into the queue and when, and what happens to a record that changes while it is under way."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text

from adapters.courier import utc_now
from adapters.default_ratings import give_default_rating
from adapters.push_queue import order_rating
from adapters.rating_import import RatingImporter
from models.actions import Action
from models.kinds import CaseSource
from models.matters import Matter
from models.pushes import PushAnswer, PushKey, RecordKind
from tests.intake.support import DEPARTMENT, NOW, ROW, request, rows, write_csv
from tests.push.support import Shop
from tests.support.engine import OFFICER
from tests.support.keys import PERSONAL
from tests.web.pages import open_pages
from tests.web.paper import PaperActs

SOON = timedelta(seconds=1)


def import_ratings(shop: Shop, database_url: str, folder: Path, count: int, units: dict[str, str]) -> None:
    """Import so many ratings, as the command does."""
    importer = RatingImporter(database_url, units, lambda: NOW, PERSONAL)
    importer.import_file(request(write_csv(folder / "ratings.csv", rows(count))))


def test_an_import_comes_in_by_one_statement_however_many_rows_it_has(
    shop: Shop, database_url: str, tmp_path: Path
) -> None:
    import_ratings(shop, database_url, tmp_path, 300, {DEPARTMENT: "ez-renshe"})
    written: list[str] = []
    event.listen(shop.engine, "before_cursor_execute", lambda *args: written.append(args[2]))
    assert shop.queue.take_in(utc_now()) == 300
    assert len(written) == 2, "which imports are complete, and all their ratings"
    assert shop.queue.take_in(utc_now()) == 0


def test_ratings_of_an_import_that_is_not_complete_wait(shop: Shop) -> None:
    shop.rate(2)
    with shop.engine.begin() as connection:
        connection.execute(text("update imports set finished_at = null"))
    assert shop.queue.take_in(utc_now()) == 0


def test_what_the_same_file_brings_later_is_pushed_as_well(shop: Shop, database_url: str, tmp_path: Path) -> None:
    """The unit of some rows was not in the directory when the file was first imported."""
    unlisted = write_csv(tmp_path / "ratings.csv", [ROW, ROW | {"projectNo": "EZ2", "deptCode": "11420700DEM0000151"}])
    for units in ({DEPARTMENT: "ez-renshe"}, {DEPARTMENT: "ez-renshe", "11420700DEM0000151": "ez-yibao"}):
        RatingImporter(database_url, units, lambda: NOW, PERSONAL).import_file(request(unlisted))
        shop.queue.take_in(utc_now())
    with shop.engine.connect() as connection:
        stored = connection.execute(text("select count(*) from ratings")).scalar_one()
    assert shop.states() == {"waiting": stored}


def test_a_rating_that_no_import_brings_is_ordered_once(shop: Shop) -> None:
    shop.rate(1)
    for _ in range(2):
        with shop.engine.begin() as connection:
            order_rating(connection, "ezhou", "M1-1", 1, utc_now())
    assert shop.queue.take_in(utc_now()) == 0
    assert shop.states() == {"waiting": 1}


def test_what_one_pusher_has_in_hand_no_other_gets_until_its_lease_is_over(shop: Shop) -> None:
    shop.rate(3)
    now = utc_now()
    shop.queue.take_in(now)
    assert len(shop.queue.claim(now, now, 2)) == 2
    assert len(shop.queue.claim(now, now, 2)) == 1
    assert len(shop.queue.claim(now, now + shop.queue.lease, 9)) == 3


def test_in_batches_only_what_came_up_before_the_last_full_step_is_claimed(shop: Shop) -> None:
    shop.rate(1)
    now = utc_now()
    shop.queue.take_in(now)
    assert shop.queue.claim(now - SOON, now, 9) == []
    assert len(shop.queue.claim(now + SOON, now, 9)) == 1


async def test_a_case_that_changes_while_it_is_under_way_is_pushed_again(shop: Shop) -> None:
    case_no = shop.end_case(1)
    now = utc_now()
    claims = shop.queue.claim(now, now, 9)
    records = shop.pusher().source.made(claims)
    answers = await shop.platform.push(list(records.values()))
    shop.change_case(case_no, "not_adopted")
    digests = {record.key.text: record.digest for record in records.values()}
    shop.queue.settle(claims, answers, digests, now, SOON)
    assert shop.states() == {"waiting": 1}
    await shop.push_all()
    (kept,) = shop.kept().values()
    assert (kept["versions"], kept["fields"]["ending"], kept["fields"]["adopted"]) == (2, "不予采纳", "2")


async def test_an_older_version_that_arrives_late_does_not_overwrite_a_newer_one(shop: Shop) -> None:
    case_no = shop.end_case(1)
    now = utc_now()
    older = shop.pusher().source.made(shop.queue.claim(now, now, 9))
    shop.change_case(case_no, "not_adopted")
    with shop.engine.begin() as connection:
        connection.execute(text("update pushes set lease_until = null"))
    await shop.push_all()
    await shop.platform.push(list(older.values()))
    (kept,) = shop.kept().values()
    assert kept["fields"]["ending"] == "不予采纳"


async def test_a_step_that_changes_nothing_of_the_result_is_not_sent(shop: Shop) -> None:
    case_no = shop.end_case(1)
    await shop.push_all()
    shop.change_case(case_no, "satisfied")
    await shop.push_all()
    (kept,) = shop.kept().values()
    assert kept["times"] == 1
    assert shop.states() == {"accepted": 1}


async def test_the_first_acceptance_stays_when_a_record_is_pushed_again(shop: Shop) -> None:
    shop.rate(1)
    await shop.push_all()
    with shop.engine.connect() as connection:
        first = connection.execute(text("select accepted_at from pushes")).scalar_one()
    key = PushKey(RecordKind.RATING, "ezhou", "M1-1", 1)
    assert shop.desk.resend([key], utc_now()) == [key]
    assert shop.desk.resend([key], utc_now()) == [], "it waits already"
    await shop.push_all()
    with shop.engine.connect() as connection:
        assert connection.execute(text("select accepted_at from pushes")).scalar_one() == first
    assert [record["times"] for record in shop.kept().values()] == [2]


async def test_the_result_of_a_case_says_how_it_ended_and_nothing_of_the_evaluator(shop: Shop) -> None:
    shop.end_case(1, measures="已致电 13800000009 说明")
    await shop.push_all()
    fields = shop.kept()["case:ezhou-C1-1"]["fields"]
    assert {name: fields[name] for name in ("verification", "callbackResult", "ending", "adopted", "closeTime")} == {
        "verification": "属实",
        "callbackResult": "已接通，满意",
        "ending": "办结（回访满意）",
        "adopted": "1",
        "closeTime": "2026-02-16 09:00:00",
    }
    assert fields["rectification"] == "已致电 138******09 说明"


def test_a_late_pusher_does_not_touch_what_another_one_holds(shop: Shop) -> None:
    shop.rate(1)
    now = utc_now()
    shop.queue.take_in(now)
    late = shop.queue.claim(now, now, 1)
    after = now + shop.queue.lease
    holding = shop.queue.claim(now, after, 1)
    key = late[0].key.text
    shop.queue.settle(late, {key: PushAnswer(refused="晚到的拒收")}, {}, after, SOON)
    assert shop.states() == {"waiting": 1}
    shop.queue.settle(holding, {key: PushAnswer(receipt="r")}, {key: "00"}, after, SOON)
    assert shop.states() == {"accepted": 1}


@pytest.mark.parametrize("ending", ["satisfied", "not_adopted"])
def test_every_ended_case_is_ordered_once_however_often_its_ledger_goes_on(shop: Shop, ending: str) -> None:
    case_no = shop.end_case(1, ending=ending)
    shop.change_case(case_no, ending)
    with shop.engine.connect() as connection:
        assert connection.execute(text("select kind, version from pushes")).all() == [("case", 4)]


def test_the_step_that_ends_a_case_orders_its_result_and_no_step_before(database_url: str, tmp_path: Path) -> None:
    with open_pages(database_url, tmp_path) as pages:
        acts, engine = PaperActs(pages), pages.installation.engine
        case_no = acts.dispatch("EZ20260920-0001", anonymous=True)
        acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
        assert ordered(engine) == []
        acts.act_now(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已改正")
        assert ordered(engine) == [("case", "EZ20260920-0001", 1)]
        reported = acts.dispatch("H20260920-0001", source=CaseSource.UNRESOLVED_WINDOW, anonymous=True)
        acts.act_now(reported, Action.SIGN_OFF, OFFICER)
        acts.act_now(reported, Action.SUBMIT_REMEDIATION, OFFICER, measures="已改正")
        assert acts.state(reported).ending is not None
        assert len(ordered(engine)) == 1, "no evaluation belongs to a report by hand"


def test_a_rating_by_default_is_ordered_with_it(engine: Engine) -> None:
    now = utc_now()
    matter = Matter("EZ1", "ez-renshe", DEPARTMENT, "T1", "社会保障卡补换", "", now, None, True, "")
    with engine.begin() as connection:
        give_default_rating(connection, PERSONAL, "ezhou", matter, 5, now)
    assert ordered(engine) == [("rating", "EZ1", 0)]


def ordered(engine: Engine) -> list[tuple[str, str, int]]:
    """What waits to be pushed."""
    with engine.connect() as connection:
        found = connection.execute(text("select kind, project_no, assess_number from pushes"))
        return [(row.kind, row.project_no, row.assess_number) for row in found]
