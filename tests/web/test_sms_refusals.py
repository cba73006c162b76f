"""退订: a citizen refuses SMS that nothing depends on, over the link or by answering one, and gets them again."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import httpx2
import pytest
from sqlalchemy import text

from activities.courier import NotWanted
from adapters.citizen_links import CitizenLinks
from adapters.codec import KeyRing
from adapters.contacts import Contacts
from adapters.courier import OutboxCourier
from adapters.deliveries import DeliveryReceipts
from adapters.key_change import KeyChange
from adapters.notices import evaluator_of
from adapters.outbox import PostgresOutbox
from adapters.personal import PersonalData
from adapters.signed_http import SignedHttp, sign
from adapters.sms import SmsSender
from adapters.sms_refusals import SmsRefusals, may_message
from models.notices import MAY_BE_REFUSED, OBLIGED, TO_EVALUATOR, Channel, MessageRecord, MessageStatus, NoticeKind
from models.sms_wishes import wish_in
from tests.messages.support import PATIENT_SECONDS, SECRET, Counterparts, eventually, message, post
from tests.messages.test_letters import LETTERS
from tests.support.engine import at
from tests.support.keys import PERSONAL, TEST_KEYS
from tests.web.evaluators import MOBILE, a_case
from tests.web.pages import Pages, text_of, with_another
from tests.web.paper import PaperActs

DESK = "https://desk.test"


@pytest.fixture
def case_no(pages: Pages, acts: PaperActs, tmp_path: Path) -> str:
    pages.installation.moment = at("2026-11-20 09:00")
    return a_case(pages, acts, tmp_path)


@pytest.fixture
def link(pages: Pages, case_no: str) -> str:
    """The path of the citizen's page."""
    links = CitizenLinks(pages.installation.engine, PERSONAL, lambda: DESK)
    invitation = message(kind=NoticeKind.RE_EVALUATION, recipient=evaluator_of(case_no), case_no=case_no)
    return links.link_for(invitation.model_copy(update={"created_at": pages.installation.moment})).removeprefix(DESK)


@pytest.fixture
def door(pages: Pages) -> Iterator[Pages]:
    """The desk with the gateway's secret."""
    receipts = DeliveryReceipts(pages.installation.engine, SECRET.encode())
    with with_another(pages, messages=replace(pages.desk.messages, receipts=receipts)) as browser:
        yield browser


def refusals(pages: Pages, personal: PersonalData = PERSONAL) -> SmsRefusals:
    return SmsRefusals(pages.installation.engine, personal, pages.installation.now)


def reply(pages: Pages, said: str, moment: str = "2026-11-20T08:00:00+08:00", number: str = MOBILE) -> httpx2.Response:
    """POST an answer to an SMS as the gateway does."""
    body = json.dumps({"from": number, "text": said, "at": moment}, ensure_ascii=False).encode()
    headers = {"X-Signature": sign(SECRET.encode(), body)}
    return pages.client.post("/hooks/sms/replies", content=body, headers=headers)


def test_what_the_procedure_obliges_to_tell_cannot_be_refused() -> None:
    assert set(MAY_BE_REFUSED) | set(OBLIGED) == set(TO_EVALUATOR)
    assert not set(MAY_BE_REFUSED) & set(OBLIGED)
    assert NoticeKind.NOT_ADOPTED_TOLD in OBLIGED


def test_a_citizen_refuses_and_comes_back_on_the_own_page(pages: Pages, case_no: str, link: str) -> None:
    assert "退订短信" in text_of(pages.get(link))
    answer = pages.post(f"{link}/sms", {"wish": "refuse"})
    assert (answer.status_code, answer.headers["location"]) == (303, link)
    assert "您已退订邀请类短信" in text_of(pages.get(link))
    assert not refusals(pages).may_message(MOBILE)
    pages.installation.moment += timedelta(minutes=1)
    pages.post(f"{link}/sms", {"wish": "accept"})
    assert "恢复接收" not in text_of(pages.get(link))
    assert refusals(pages).may_message(MOBILE)


def test_a_form_that_says_nothing_changes_nothing(pages: Pages, case_no: str, link: str) -> None:
    assert pages.post(f"{link}/sms").status_code == 422
    assert pages.post(f"{link}/sms", {"wish": "refuse"}, origin="https://elsewhere.test").status_code == 403
    assert pages.post("/c/never-was/sms", {"wish": "refuse"}).status_code == 404
    assert refusals(pages).may_message(MOBILE)


def test_the_hotline_reads_it_on_the_page_of_the_case_and_the_rated_unit_does_not(
    pages: Pages, case_no: str, link: str
) -> None:
    pages.log_in("hotline-01")
    assert "已退订短信" not in text_of(pages.get(f"/cases/{case_no}"))
    refusals(pages).choose(case_no, refused=True)
    assert "已退订短信" in text_of(pages.get(f"/cases/{case_no}"))
    pages.log_in("officer-renshe")
    assert "已退订短信" not in text_of(pages.get(f"/cases/{case_no}"))


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        *(("T", True), (" t ", True), ("Ｔ", True), ("退订。", True), ("TD", True), ("HF", False), ("恢复", False)),
        *(("谢谢", None), ("", None), ("T恤", None), ("请不要退订", None)),
    ],
)
def test_a_few_words_are_understood_and_no_others(said: str, wish: bool | None) -> None:
    assert wish_in(said) is wish


def test_an_answer_to_an_sms_refuses_and_another_one_takes_it_back(door: Pages, case_no: str) -> None:
    assert reply(door, "T").json() == {"result": "recorded"}
    assert refusals(door).of_case(case_no) is True
    assert reply(door, "T").json() == {"result": "known"}
    assert reply(door, "恢复", "2026-11-20T08:30:00+08:00").json() == {"result": "recorded"}
    assert refusals(door).of_case(case_no) is False


def test_an_answer_that_arrives_late_does_not_overrule_a_later_one(door: Pages, case_no: str) -> None:
    reply(door, "HF", "2026-11-20T08:30:00+08:00")
    assert reply(door, "T", "2026-11-20T08:00:00+08:00").json() == {"result": "known"}
    assert refusals(door).may_message(MOBILE)


def test_a_clock_of_the_gateway_that_is_ahead_does_not_lock_a_word_in(door: Pages, case_no: str) -> None:
    reply(door, "T", "2036-01-01T00:00:00+08:00")
    door.installation.moment += timedelta(minutes=1)
    refusals(door).choose(case_no, refused=False)
    assert refusals(door).may_message(MOBILE)


def test_what_is_no_wish_is_kept_nowhere(door: Pages) -> None:
    assert reply(door, "谢谢你们").json() == {"result": "no-wish"}
    with door.installation.engine.connect() as connection:
        assert connection.execute(text("select count(*) from sms_refusals")).scalar() == 0


@pytest.mark.parametrize("body", ["", "[]", '{"from": "1", "text": "T", "at": "2026-11-20T08:00:00+08:00"}'])
def test_what_is_no_answer_is_refused_without_repeating_it(door: Pages, body: str) -> None:
    headers = {"X-Signature": sign(SECRET.encode(), body.encode())}
    answer = door.client.post("/hooks/sms/replies", content=body.encode(), headers=headers)
    assert answer.status_code == 422
    assert "不是约定的短信回复" in answer.json()["error"]


def test_an_unsigned_answer_changes_nothing(door: Pages) -> None:
    body = json.dumps({"from": MOBILE, "text": "T", "at": "2026-11-20T08:00:00+08:00"})
    assert door.client.post("/hooks/sms/replies", content=body.encode()).status_code == 401
    assert refusals(door).may_message(MOBILE)


@pytest.mark.parametrize("number", [MOBILE, f"+86{MOBILE}", f"86{MOBILE}"])
def test_a_number_is_the_same_however_it_is_written(door: Pages, number: str) -> None:
    reply(door, "T", number=number)
    assert not refusals(door).may_message(f"{MOBILE[:3]}-{MOBILE[3:7]} {MOBILE[7:]}")


def test_the_database_holds_no_number(door: Pages) -> None:
    reply(door, "T")
    with door.installation.engine.connect() as connection:
        stored = connection.execute(text("select sms_refusals::text from sms_refusals")).scalar_one()
        [digest] = connection.execute(text("select digest from sms_refusals")).scalars()
    assert MOBILE not in stored
    other = PersonalData(KeyRing(current="other", keys={"other": "b3RoZXIta2V5LWZvci10ZXN0cy1vbmx5LTMyLWJ5dGU="}))
    assert bytes(digest) not in other.number_digests(MOBILE), "without the key a number cannot be tried out"


def test_a_refusal_outlives_a_change_of_the_key_while_the_old_one_is_in_the_ring(door: Pages) -> None:
    reply(door, "T")
    keys = {"k2": "b3RoZXIta2V5LWZvci10ZXN0cy1vbmx5LTMyLWJ5dGU=", **TEST_KEYS.keys}
    later = refusals(door, PersonalData(KeyRing(current="k2", keys=keys)))
    assert not later.may_message(MOBILE)
    with door.installation.engine.connect() as connection:
        assert may_message(connection, PERSONAL, "13700000000")
    status = KeyChange(door.installation.engine, KeyRing(current="k2", keys=keys), lambda: None).status()
    assert status.old_refusals == 1


async def test_a_refused_invitation_is_laid_aside_and_what_must_be_told_goes_out(
    pages: Pages, case_no: str, tmp_path: Path
) -> None:
    engine = pages.installation.engine
    outbox = PostgresOutbox(engine)
    gateway = Counterparts.start(tmp_path / "counterparts")
    kinds = (NoticeKind.RE_EVALUATION, NoticeKind.NOT_ADOPTED_TOLD)
    letters = [message(step, kind, recipient=evaluator_of(case_no), case_no=case_no) for step, kind in enumerate(kinds)]
    post(engine, *letters)
    refusals(pages).choose(case_no, refused=True)
    wire = SignedHttp("短信网关", f"{gateway.url}/sms", SECRET, httpx.Timeout(PATIENT_SECONDS))
    contacts = Contacts(pages.installation.people, engine, PERSONAL)
    sender = SmsSender(wire, LETTERS, contacts, wishes=refusals(pages))
    clock = max(each.not_before for each in letters) + timedelta(seconds=1)

    def of_them() -> list[MessageRecord]:
        return [record for record in outbox.list_messages(case_no) if record.message.kind in TO_EVALUATOR]

    stop = asyncio.Event()
    courier = OutboxCourier(outbox, {Channel.SMS: sender}, now=lambda: clock)
    running = asyncio.create_task(courier.drain([Channel.SMS], stop))
    try:
        await eventually(lambda: MessageStatus.PENDING not in {each.status for each in of_them()}, what="none waits")
        with pytest.raises(NotWanted, match="已退订"):
            await sender.send(letters[0])
    finally:
        stop.set()
        await running
        await wire.aclose()
        kept = gateway.received()
        gateway.stop()
    assert [each["kind"] for each in kept if each["kind"] in TO_EVALUATOR] == [NoticeKind.NOT_ADOPTED_TOLD]
    records = {record.message.kind: record for record in of_them()}
    assert records[NoticeKind.RE_EVALUATION].status is MessageStatus.WITHHELD
    assert not outbox.resend(letters[0].key, clock), "nobody sends it again by mistake"
    pages.log_in("supervisor-01")
    seen = text_of(pages.get("/messages", status="withheld"))
    assert "对方已退订，不发送" in seen
    assert "按其意愿不发送" in seen
