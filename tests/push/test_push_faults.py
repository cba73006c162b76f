"""The fault table of the push: every misbehaviour of the platform × every kind of record. Lost 0, doubled 0."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from adapters import push_courier
from adapters.courier import utc_now
from adapters.push_queue import MOST_UNANSWERED
from counterparts.misbehaviour import Mode
from models.pushes import PushState, RecordKind
from tests.messages.support import Counterparts, eventually
from tests.push.support import Shop

RATINGS, CASES = 8, 2
ALL = RATINGS + CASES
KEPT_BEFORE_THE_FAILURE = {Mode.HANG_AFTER_ACCEPT, Mode.DROP_AFTER_ACCEPT}
SILENT = {Mode.TIMEOUT, Mode.HANG_AFTER_ACCEPT}
SETTLED_ONE_BY_ONE = {Mode.REFUSE, Mode.PARTIAL}
"""The platform answers and says of each record what became of it, or says nothing of it."""


@pytest.fixture(autouse=True)
def _short_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rules with shorter waits."""
    monkeypatch.setattr(push_courier, "FIRST_REST_SECONDS", 0.01)
    monkeypatch.setattr(push_courier, "LONGEST_REST_SECONDS", 0.02)
    monkeypatch.setattr(push_courier, "LOOK_EVERY_SECONDS", 0.02)
    monkeypatch.setattr(push_courier, "WAIT_WITHOUT_ANSWER", timedelta(milliseconds=10))


def fill(shop: Shop) -> None:
    """Records of every kind."""
    shop.rate(RATINGS)
    for number in range(CASES):
        shop.end_case(number)


def nothing_lost_nothing_doubled(shop: Shop) -> None:
    """Every record is there once, in one version, and a repeat was the same record."""
    kept = shop.kept()
    assert Counter(record["kind"] for record in kept.values()) == {RecordKind.RATING: RATINGS, RecordKind.CASE: CASES}
    assert {record["versions"] for record in kept.values()} == {1}
    assert shop.states() == {"accepted": ALL}


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode not in SETTLED_ONE_BY_ONE])
async def test_a_misbehaviour_that_passes(mode: Mode, shop: Shop) -> None:
    fill(shop)
    shop.counterparts.misbehave(mode.value, -1, "platform")
    met = shop.impatient if mode in SILENT else shop
    async with met.at_work(batch=4):
        await eventually(lambda: bool(shop.desk.standing(utc_now()).last_failure), what="it failed")
        if mode in KEPT_BEFORE_THE_FAILURE:
            await eventually(lambda: bool(shop.kept()), what="it kept some before it failed")
    assert PushState.ACCEPTED not in shop.states()
    shop.counterparts.misbehave(mode.value, 0, "platform")
    await shop.push_all(batch=4)
    nothing_lost_nothing_doubled(shop)
    repeated = any(record["times"] > 1 for record in shop.kept().values())
    assert repeated == (mode in KEPT_BEFORE_THE_FAILURE)


async def test_a_platform_that_is_down(shop: Shop, tmp_path: Path) -> None:
    first = Counterparts.start(tmp_path / "counterparts")
    http_port, smtp_port = first.http_port, first.smtp_port
    first.stop()
    shop = Shop(shop.engine, first)
    fill(shop)
    async with shop.at_work():
        await eventually(lambda: bool(shop.desk.standing(utc_now()).last_failure), what="somebody tried")
        assert shop.states() == {"waiting": ALL}
        again = Counterparts.start(tmp_path / "counterparts", http_port, smtp_port)
        try:
            await shop.until(accepted=ALL)
            nothing_lost_nothing_doubled(shop)
        finally:
            again.stop()


async def test_what_the_platform_says_nothing_of_goes_again(shop: Shop) -> None:
    fill(shop)
    shop.counterparts.misbehave(Mode.PARTIAL.value, 2, "platform")
    await shop.push_all(batch=4)
    nothing_lost_nothing_doubled(shop)


async def test_what_the_platform_never_says_anything_of_waits_for_a_person(shop: Shop) -> None:
    shop.rate(1)
    shop.counterparts.misbehave(Mode.PARTIAL.value, -1, "platform")
    async with shop.at_work():
        await shop.until(dead=1)
    (row,) = shop.desk.stuck().rows
    assert (row.attempts, row.reason) == (MOST_UNANSWERED, "省平台收下了这一批，但没有说明这一条的结果")
    assert shop.kept() == {}


async def test_a_refused_record_waits_for_a_person_and_goes_once_when_the_person_says_so(shop: Shop) -> None:
    fill(shop)
    shop.counterparts.misbehave(Mode.REFUSE.value, -1, "platform")
    async with shop.at_work(batch=4):
        await shop.until(refused=ALL)
        assert shop.kept() == {}
        assert {row.reason for row in shop.desk.stuck().rows} == {"省平台拒收：演示：按要求拒收"}
        shop.counterparts.misbehave(Mode.REFUSE.value, 0, "platform")
        assert shop.desk.resend_stuck(utc_now()) == ALL
        await shop.until(accepted=ALL)
    nothing_lost_nothing_doubled(shop)


async def test_one_by_one_nothing_is_doubled_either(shop: Shop) -> None:
    fill(shop)
    shop.counterparts.misbehave(Mode.DROP_AFTER_ACCEPT.value, 2, "platform")
    await shop.push_all(batch=1)
    nothing_lost_nothing_doubled(shop)


async def test_a_batch_that_is_refused_as_a_whole_goes_in_halves(shop: Shop) -> None:
    """The counterpart takes 500 at most and answers 413 to more."""
    shop.rate(501)
    await shop.push_all(batch=1000)
    assert len(shop.kept()) == 501
    assert {record["times"] for record in shop.kept().values()} == {1}


async def test_two_pushers_at_once_push_nothing_twice(shop: Shop) -> None:
    shop.rate(20)
    await asyncio.gather(*(shop.push_all(batch=4) for _ in range(2)))
    assert len(shop.kept()) == 20
    assert {record["times"] for record in shop.kept().values()} == {1}


async def test_a_pusher_that_died_with_records_in_hand_is_followed_by_another(shop: Shop) -> None:
    shop.rate(3)
    now = utc_now()
    assert shop.queue.take_in(now) == 3
    died = now - shop.queue.lease - timedelta(seconds=1)
    claims = shop.queue.claim(until=now, now=died, limit=2)
    records = shop.pusher().source.made(claims)
    await shop.platform.push(list(records.values()))  # and nothing was written down
    await shop.push_all()
    assert sorted(record["times"] for record in shop.kept().values()) == [1, 2, 2]
    assert {record["versions"] for record in shop.kept().values()} == {1}
