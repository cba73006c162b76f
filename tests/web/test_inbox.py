"""The inbox: a view over what was decided, one entry per notice, read when the reader says so, and nobody else's."""

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.inbox import KEPT
from models.actions import Action
from models.messages import InboxNotice
from models.notices import Channel, NoticeKind
from tests.messages.support import message, post
from tests.support.engine import CLERK, HOTLINE, OFFICER, REVIEWER, SUPERVISOR
from tests.web.evaluators import MOBILE, NAME, a_case
from tests.web.pages import Pages, Shown, text_of
from tests.web.paper import PaperActs
from web.routes.inbox import InboxPage

BOTH = (Channel.SMS, Channel.MAIL)


def page_of(response: Shown) -> InboxPage:
    """The inbox's context."""
    assert (response.status_code, response.template.name) == (200, "inbox.html")
    page = response.context["page"]
    assert isinstance(page, InboxPage)
    return page


def notices_of(pages: Pages, user: str) -> list[InboxNotice]:
    """What that user's inbox shows first."""
    pages.log_in(user)
    return list(page_of(pages.get("/inbox")).notices)


def unread_in_the_menu(pages: Pages) -> str:
    """The number beside the word of the menu."""
    frame = pages.get("/password").context["frame"]
    return str(frame.unread.get("/inbox", ""))


def tell(pages: Pages, *steps: int, to: str = OFFICER, kind: NoticeKind = NoticeKind.TASK_ASSIGNED) -> None:
    """Decide notices now, each over SMS and mail."""
    at = pages.installation.moment
    for step in steps:
        letters = [message(step, kind, channel, to) for channel in BOTH]
        post(pages.installation.engine, *(one.model_copy(update={"created_at": at}) for one in letters))


def test_a_step_of_a_case_is_in_the_inbox_at_once_and_once(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    (notice,) = [each for each in notices_of(pages, OFFICER) if each.kind is NoticeKind.TASK_ASSIGNED]
    assert (notice.case_no, notice.is_read) == (case_no, False)
    assert case_no in notice.subject
    assert notice.body.startswith("您好")


def test_two_notices_of_one_step_stay_two(pages: Pages) -> None:
    tell(pages, 1)
    tell(pages, 1, kind=NoticeKind.URGED)
    tell(pages, 2)
    assert len(notices_of(pages, OFFICER)) == 3


def test_opening_the_page_marks_nothing_and_the_menu_counts(pages: Pages) -> None:
    tell(pages, 1, 2, 3)
    pages.log_in(OFFICER)
    for _ in range(2):
        assert [each.is_read for each in page_of(pages.get("/inbox")).notices] == [False] * 3
    assert unread_in_the_menu(pages) == "3"
    assert "站内信 3 条未读" in text_of(pages.get("/inbox"))


def test_one_notice_is_marked_as_read_and_the_same_page_comes_again(pages: Pages) -> None:
    tell(pages, 1, 2)
    newest, oldest = notices_of(pages, OFFICER)
    answer = pages.post("/inbox/read", {"notice": oldest.key, "place": ""})
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    pages.post("/inbox/read", {"notice": oldest.key})
    assert [(each.key, each.is_read) for each in notices_of(pages, OFFICER)] == [
        (newest.key, False),
        (oldest.key, True),
    ]
    assert unread_in_the_menu(pages) == "1"


def test_going_on_to_the_case_marks_as_read(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    notice = notices_of(pages, OFFICER)[0]
    answer = pages.post("/inbox/open", {"notice": notice.key})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{case_no}")
    assert notices_of(pages, OFFICER)[0].is_read


def test_everything_that_was_shown_is_marked_and_what_came_meanwhile_is_not(pages: Pages) -> None:
    tell(pages, *range(1, 61))
    pages.log_in(OFFICER)
    shown = page_of(pages.get("/inbox"))
    tell(pages, 61)
    pages.post("/inbox/read", {"newest": shown.newest})
    assert unread_in_the_menu(pages) == "1"
    (unread,) = [each for each in notices_of(pages, OFFICER) if not each.is_read]
    assert unread.key == message(61, channel=Channel.SMS, recipient=OFFICER).key


def test_the_inbox_goes_on_page_by_page(pages: Pages) -> None:
    tell(pages, *range(1, 61))
    tell(pages, 1, to=SUPERVISOR)
    pages.log_in(OFFICER)
    first = page_of(pages.get("/inbox"))
    second = page_of(pages.get(first.older))
    keys = [each.key for each in (*first.notices, *second.notices)]
    assert (len(first.notices), len(keys), len(set(keys)), second.older) == (50, 60, 60, "")


def test_nobody_reads_marks_or_opens_what_is_another_s(pages: Pages) -> None:
    tell(pages, 1)
    (notice,) = notices_of(pages, OFFICER)
    assert notices_of(pages, SUPERVISOR) == []
    pages.post("/inbox/read", {"notice": notice.key})
    pages.post("/inbox/read", {"newest": notice.key})
    refused = pages.post("/inbox/open", {"notice": notice.key})
    assert refused.status_code == 422
    assert "没有这条站内信" in text_of(refused)
    assert not notices_of(pages, OFFICER)[0].is_read


def test_the_inbox_ends_after_ninety_days(pages: Pages) -> None:
    tell(pages, 1)
    pages.installation.moment += KEPT + timedelta(seconds=1)
    assert notices_of(pages, OFFICER) == []
    assert unread_in_the_menu(pages) == ""


def test_a_letter_that_cannot_be_written_still_says_that_there_is_one(pages: Pages) -> None:
    lost = message(1, channel=Channel.MAIL, recipient=OFFICER)
    broken = lost.model_copy(
        update={"created_at": pages.installation.moment, "context": lost.context | {"task_name": None}}
    )
    post(pages.installation.engine, broken)
    (notice,) = notices_of(pages, OFFICER)
    assert notice.subject == "任务通知"
    assert "内容无法显示" in notice.body


def test_a_clerk_reads_of_the_own_review_and_never_who_wrote_it(pages: Pages, acts: PaperActs, tmp_path: Path) -> None:
    case_no = a_case(pages, acts, tmp_path, staff_no="RS-0217")
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    for user in (CLERK, OFFICER, HOTLINE):
        pages.log_in(user)
        shown = pages.get("/inbox")
        assert MOBILE not in shown.text, user
        assert NAME not in shown.text, user
    assert NoticeKind.APPEAL_RIGHTS in {each.kind for each in notices_of(pages, CLERK)}


@pytest.mark.parametrize("user", [REVIEWER, "head-renshe"])
def test_an_empty_inbox_says_what_it_is_for(pages: Pages, user: str) -> None:
    pages.log_in(user)
    assert "还没有通知" in text_of(pages.get("/inbox"))
    assert unread_in_the_menu(pages) == ""


def test_an_administrator_has_none(pages: Pages) -> None:
    pages.log_in("admin-01")
    assert pages.get("/inbox").status_code == 403
    assert unread_in_the_menu(pages) == ""
