"""A citizen's link: who has it sees how the case stands, and says once how it went."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import text

from activities.courier import Receipt
from adapters.citizen_links import LINK_DAYS, CitizenLinks
from adapters.contacts import Contacts
from adapters.links import links_of
from adapters.notices import evaluator_of
from adapters.rating_door import RatingDoor
from adapters.rating_store import evaluator_contact, pending_cases
from adapters.sessions import digest_of
from adapters.signed_http import SignedHttp
from adapters.sms import SmsSender
from models.actions import Action
from models.kinds import CaseSource
from models.links import LinkKind
from models.notices import TO_EVALUATOR, Message, NoticeKind
from models.ratings import EvaluatorContact, SatisfactionLevel
from tests.messages.support import message
from tests.messages.test_letters import LETTERS
from tests.support.engine import CLERK, HOTLINE, OFFICER, at
from tests.support.keys import PERSONAL
from tests.web.evaluators import MATTER, MOBILE, NAME, a_case
from tests.web.pages import Pages, Shown, text_of
from tests.web.paper import PaperActs
from web.routes.citizen import CitizenPage
from web.throttle import Buckets, TooOften

DESK = "https://desk.test"


@pytest.fixture
def case_no(pages: Pages, acts: PaperActs, tmp_path: Path) -> str:
    pages.installation.moment = at("2026-11-20 09:00")
    return a_case(pages, acts, tmp_path)


@pytest.fixture
def opened(pages: Pages) -> list[str]:
    """The places whose cases were to be opened; nothing reaches an engine."""
    opened: list[str] = []
    intake = pages.desk.outside.intake
    assert isinstance(intake, RatingDoor)
    outside = replace(pages.desk.outside, intake=replace(intake, open_cases=opened.append))
    pages.desk = replace(pages.desk, outside=outside)
    pages.app.state.desk = pages.desk
    return opened


def link_of(pages: Pages, case_no: str) -> str:
    """The path of a link as a letter carries it."""
    links = CitizenLinks(pages.installation.engine, PERSONAL, lambda: DESK)
    return links.link_for(invitation_of(pages, case_no)).removeprefix(DESK)


def invitation_of(pages: Pages, case_no: str) -> Message:
    """A letter to the evaluator that was decided at the moment of the story."""
    invitation = message(kind=NoticeKind.RE_EVALUATION, recipient=evaluator_of(case_no), case_no=case_no)
    return invitation.model_copy(update={"created_at": pages.installation.moment})


def close(acts: PaperActs, case_no: str) -> None:
    """The case is put right and its evaluator content."""
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    acts.act_now(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded", note="说话难听")
    acts.act_now(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="内部批评教育")
    acts.act_now(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=True)


def page_of(response: Shown) -> CitizenPage:
    assert response.template.name == "citizen.html"
    page = response.context["page"]
    assert isinstance(page, CitizenPage)
    return page


def test_a_link_shows_in_everyday_words_how_the_case_stands(pages: Pages, acts: PaperActs, case_no: str) -> None:
    link = link_of(pages, case_no)
    assert "已转交办理单位" in page_of(pages.get(link)).view.standing
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    acts.act_now(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded", note="说话难听")
    shown = pages.get(link)
    page = page_of(shown)
    assert page.view.standing == "办理单位正在整改。"
    assert re.search(r"整改期限到 2026年11月\d+日（周.）24:00 为止", page.view.next_step)
    assert [step.text for step in page.view.milestones] == [
        "收到您的评价，转交办理单位。",
        "办理单位签收。",
        "我们与您通了电话。",
    ]
    assert not page.view.may_rate
    assert "测试人社局" in text_of(shown)
    people = [user.name for user in pages.installation.people.users()]
    assert [word for word in (NAME, MOBILE, "说话难听", *people) if word in shown.text] == []


def test_who_reported_something_reads_of_a_report_and_is_asked_for_no_rating(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("H20260213-0001", source=CaseSource.HOTLINE, satisfaction=None, channel="hotline")
    link = link_of(pages, case_no)
    shown = text_of(pages.get(link))
    assert "您的反映已转交办理单位。" in shown
    assert "收到您的反映，转交办理单位。" in shown
    close(acts, case_no)
    page = page_of(pages.get(link))
    assert page.title == "您的反映办理进度"
    assert not page.view.may_rate
    assert "您的评价" not in text_of(pages.get(link))


def test_an_appeal_is_not_told_to_the_citizen(pages: Pages, acts: PaperActs, tmp_path: Path) -> None:
    case_no = a_case(pages, acts, tmp_path, staff_no="RS-0217")
    acts.act_now(case_no, Action.FILE_APPEAL, CLERK, reason="不是我办的")
    shown = text_of(pages.get(link_of(pages, case_no)))
    assert "申诉" not in shown
    assert "已转交办理单位" in shown


def test_a_link_that_has_expired_looks_like_one_that_never_was(pages: Pages, case_no: str) -> None:
    link = link_of(pages, case_no)
    pages.installation.moment += timedelta(days=LINK_DAYS)
    never = pages.get("/c/AAAAAAAAAAAAAAAAAAAAAA")
    expired = pages.get(link)
    assert never.status_code == expired.status_code == 404
    assert never.text.replace("/c/AAAAAAAAAAAAAAAAAAAAAA", "") == expired.text.replace(link, "")
    assert never.template.name == "citizen_gone.html"
    assert pages.post(link, {"level": "5"}).text == pages.post("/c/x", {"level": "5"}).text == expired.text


def test_the_database_holds_no_link(pages: Pages, case_no: str) -> None:
    token = link_of(pages, case_no).removeprefix("/c/")
    assert len(token) == 22
    with pages.installation.engine.connect() as connection:
        [(digest, about)] = connection.execute(text("select digest, case_no from citizen_links"))
    assert (digest, about) == (digest_of(token), case_no)
    assert token not in digest


def test_a_closed_case_takes_one_re_evaluation_that_counts(
    pages: Pages, acts: PaperActs, case_no: str, opened: list[str]
) -> None:
    link = link_of(pages, case_no)
    close(acts, case_no)
    assert page_of(pages.get(link)).view.may_rate
    given = pages.post(link, {"level": "4", "comment": "这次好多了"})
    assert (given.status_code, given.headers["location"]) == (303, link)
    assert "您已经再次评价" in text_of(pages.get(link))
    with pages.installation.engine.connect() as connection:
        [found] = links_of(connection, case_no)
        assert (found.kind, found.linked_no) == (LinkKind.RE_EVALUATION, f"ezhou-{MATTER}-2")
        assert found.level is SatisfactionLevel.GOOD
        row = connection.execute(text("select * from ratings where assess_number = 2")).mappings().one()
    assert (row["unit"], row["channel"], row["comment"]) == ("ez-renshe", "sms", "这次好多了")
    assert (row["case_no"], row["assessed_at"]) == (None, pages.installation.moment)
    again = pages.post(link, {"level": "5"})
    assert again.status_code == 422
    assert "每件只能再评价一次" in page_of(again).refusal
    assert opened == ["ezhou"]


def test_reasons_of_the_chosen_level_are_kept_and_shown_with_the_new_case(
    pages: Pages, acts: PaperActs, case_no: str, opened: list[str]
) -> None:
    link = link_of(pages, case_no)
    close(acts, case_no)
    shown = page_of(pages.get(link))
    assert [level.label for level, _ in shown.levels] == ["非常满意", "满意", "基本满意", "不满意", "非常不满意"]
    refused = pages.post(link, {"level": "1", "reason": ["115", "999"]})
    assert refused.status_code == 422
    assert "有的理由不在可选的范围内" in page_of(refused).refusal
    assert page_of(refused).reasons == {"115", "999"}
    assert pages.post(link, {"level": "1", "reason": ["115", "110", "214"]}).status_code == 303
    with pages.installation.engine.connect() as connection:
        row = connection.execute(text("select tags, tag_version from ratings where assess_number = 2")).one()
        [pending] = pending_cases(connection, "ezhou", 5)
    assert tuple(row) == ("110,115", "2"), "214 is a reason of a level that was not chosen"
    assert pending.tags == ("110", "115")
    assert opened == ["ezhou"]


def test_a_bad_re_evaluation_becomes_a_case_of_its_own_whose_evaluator_can_be_called(
    pages: Pages, acts: PaperActs, case_no: str, opened: list[str]
) -> None:
    link = link_of(pages, case_no)
    close(acts, case_no)
    assert pages.post(link, {"level": "1", "comment": "问题还在"}).status_code == 303
    with pages.installation.engine.connect() as connection:
        assert [each.case_no for each in pending_cases(connection, "ezhou", 5)] == [f"ezhou-{MATTER}-2"]
        contact = evaluator_contact(connection, PERSONAL, f"ezhou-{MATTER}-2")
    assert contact == EvaluatorContact(name=NAME, mobile=MOBILE)
    assert opened == ["ezhou"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"comment": "没选"}, "请选择一个满意程度。"),
        ({"level": "6", "comment": "六"}, "请选择一个满意程度。"),
        ({"level": "12", "comment": "十二"}, "请选择一个满意程度。"),
        ({"level": "5", "comment": "长" * 501}, "文字最多 500 个字，现在有 501 个字"),
        ({"level": "5", "comment": "看\x00不见"}, "看不见的字符"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    pages: Pages, acts: PaperActs, case_no: str, fields: dict[str, str], sentence: str
) -> None:
    link = link_of(pages, case_no)
    close(acts, case_no)
    refused = pages.post(link, fields)
    assert refused.status_code == 422
    page = page_of(refused)
    assert sentence in page.refusal
    assert page.comment == fields["comment"]
    assert page.view.may_rate


def test_a_running_case_takes_none(pages: Pages, case_no: str) -> None:
    refused = pages.post(link_of(pages, case_no), {"level": "5"})
    assert "办结以后可以再次评价" in page_of(refused).refusal


def test_a_form_from_elsewhere_is_not_taken(pages: Pages, acts: PaperActs, case_no: str) -> None:
    link = link_of(pages, case_no)
    close(acts, case_no)
    assert pages.post(link, {"level": "1"}, origin="https://elsewhere.example").status_code == 403
    assert page_of(pages.get(link)).view.may_rate


@pytest.mark.usefixtures("no_time_between_requests")
def test_nobody_hammers_at_the_door(pages: Pages) -> None:
    answers = [pages.get(f"/c/guess-{number}") for number in range(70)]
    assert [answer.status_code for answer in answers] == [404] * 60 + [429] * 10
    assert "一分钟后再试" in text_of(answers[-1])


@pytest.mark.parametrize("kind", [kind for kind in TO_EVALUATOR if kind is not NoticeKind.INVITATION])
def test_a_letter_to_the_evaluator_carries_the_same_link_however_often_it_is_sent(
    pages: Pages, case_no: str, kind: NoticeKind
) -> None:
    links = CitizenLinks(pages.installation.engine, PERSONAL, lambda: f"{DESK}/")
    invitation = message(kind=kind, recipient=evaluator_of(case_no), case_no=case_no)
    link = links.link_for(invitation)
    assert re.fullmatch(rf"{DESK}/c/[\w-]{{22}}", link)
    assert links.link_for(invitation) == link
    assert f"{link} " in LETTERS.sms(invitation, link) + " "
    other = message(2, kind, recipient=evaluator_of(case_no), case_no=case_no)
    assert links.link_for(other) != link


@dataclass
class Gateway:
    """Takes what is sent to it."""

    sent: list[Mapping[str, object]] = field(default_factory=list)

    async def post(self, key: str, body: Mapping[str, object]) -> Receipt:
        self.sent.append(body)
        return Receipt(key, "")


@pytest.mark.parametrize("desk_url", [DESK, ""])
async def test_the_sms_that_leaves_has_the_link_of_this_desk(pages: Pages, case_no: str, desk_url: str) -> None:
    engine, gateway = pages.installation.engine, Gateway()
    links = CitizenLinks(engine, PERSONAL, lambda: desk_url)
    book = Contacts(pages.installation.people, engine, PERSONAL)
    await SmsSender(cast(SignedHttp, gateway), LETTERS, book, links).send(invitation_of(pages, case_no))
    [body] = gateway.sent
    assert body["to"] == MOBILE
    written = str(body["text"])
    if desk_url:
        assert pages.get(written.split(DESK)[1].split(" ")[0]).status_code == 200
    else:
        assert "通过原评价渠道再次评价" in written
        assert "/c/" not in written


def test_an_address_may_knock_again_after_a_while() -> None:
    clock = [0.0]
    buckets = Buckets(per_minute=60, burst=2, clock=lambda: clock[0])
    buckets.take("a")
    buckets.take("a")
    buckets.take("b")
    with pytest.raises(TooOften):
        buckets.take("a")
    clock[0] += 1.0
    buckets.take("a")
    with pytest.raises(TooOften):
        buckets.take("a")
