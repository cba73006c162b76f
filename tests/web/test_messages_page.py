"""The board of messages: how channels stand, what waits and why, whom it goes to, and sending again."""

from datetime import timedelta
from pathlib import Path

import pytest

from activities.courier import Receipt
from adapters.outbox import PostgresOutbox
from models.notices import WORK_CHAT, Channel, Message, MessageStatus, NoticeKind, chat_copy
from tests.messages.support import CASE_NO, message, post
from tests.support.engine import CLERK, HOTLINE, OFFICER, SUPERVISOR
from tests.web.evaluators import MOBILE, NAME, a_case
from tests.web.pages import Pages, Shown, text_of
from tests.web.paper import PaperActs
from web.routes.messages import MessagesPage, ResentPage

WHY = "邮件服务器拒收该邮箱地址（550）"


@pytest.fixture
def board(pages: Pages) -> Pages:
    """A supervisor before a board with one message in every standing."""
    engine = pages.installation.engine
    outbox = PostgresOutbox(engine)
    now = pages.installation.moment

    def put(decided: Message, wait: timedelta = timedelta(0)) -> None:
        post(engine, decided.model_copy(update={"created_at": now, "not_before": now + wait}))

    put(message(1, NoticeKind.WRITTEN_FEEDBACK, Channel.REPORT, "hotline"))
    (claim,) = outbox.claim_due(Channel.REPORT, now, 1)
    outbox.mark_sent(claim, Receipt("r-1", "digest"), now)
    for step in (2, 3):
        put(message(step, channel=Channel.MAIL, recipient=OFFICER))
        (claim,) = outbox.claim_due(Channel.MAIL, now, 1)
        outbox.mark_dead(claim, WHY)
    put(message(4))
    (claim,) = outbox.claim_due(Channel.SMS, now, 1)
    outbox.put_off(claim, "短信网关没有在规定时间内应答", now)
    put(message(5, case_no="ezhou-other-1"), wait=timedelta(hours=9))
    put(chat_copy(message(6, NoticeKind.ESCALATED)))
    pages.log_in(SUPERVISOR)
    return pages


def page_of(response: Shown) -> MessagesPage:
    """The board's context."""
    assert (response.status_code, response.template.name) == (200, "messages.html")
    page = response.context["page"]
    assert isinstance(page, MessagesPage)
    return page


def keys_of(pages: Pages, **query: str) -> list[str]:
    """The keys of what the board lists."""
    return [row.key for row in page_of(pages.get("/messages", **query)).rows]


def test_every_channel_says_what_waits_what_left_and_what_needs_people(board: Pages) -> None:
    standings = {each.channel: tuple(each)[1:] for each in page_of(board.get("/messages")).standings}
    assert standings == {
        Channel.SMS: (2, 1, 0, 0),
        Channel.MAIL: (0, 0, 0, 2),
        Channel.REPORT: (0, 0, 1, 0),
        Channel.ARCHIVE: (0, 0, 0, 0),
        Channel.WORK_CHAT: (1, 0, 0, 0),
    }


def test_what_left_yesterday_is_not_counted_as_today_s(board: Pages) -> None:
    board.installation.moment += timedelta(days=1)
    board.log_in(SUPERVISOR)
    assert [each.sent_today for each in page_of(board.get("/messages")).standings] == [0] * len(Channel)


def test_every_message_says_how_it_stands_and_why(board: Pages) -> None:
    shown = text_of(board.get("/messages"))
    for words in (
        "无法发送，待人工处理",
        WHY,
        "待发送，已试 1 次",
        "短信网关没有在规定时间内应答",
        "夜间不打扰，到时自动发送",
        "已送达对方",
        "有 2 条消息无法发送",
    ):
        assert words in shown


def test_the_list_is_narrowed_by_status_channel_kind_and_case(board: Pages) -> None:
    assert len(keys_of(board)) == 6
    assert len(keys_of(board, status="dead")) == 2
    assert keys_of(board, channel="report") == [message(1, NoticeKind.WRITTEN_FEEDBACK, Channel.REPORT, "hotline").key]
    assert len(keys_of(board, kind="escalated")) == 1
    assert len(keys_of(board, case="ezhou-other-1")) == 1
    assert len(keys_of(board, case=CASE_NO, status="dead", channel="mail", kind="task_assigned")) == 2
    assert keys_of(board, case="nothing") == []


@pytest.mark.parametrize("query", [{"status": "odd"}, {"channel": "fax"}, {"kind": "x"}, {"after": "x"}])
def test_a_filter_or_place_that_does_not_exist_is_explained(board: Pages, query: dict[str, str]) -> None:
    refused = board.get("/messages", **query)
    assert refused.status_code == 422
    assert "重新" in text_of(refused)


def test_the_list_goes_on_page_by_page_without_loss_or_repeat(pages: Pages) -> None:
    post(pages.installation.engine, *(message(step) for step in range(1, 121)))
    pages.log_in(SUPERVISOR)
    seen, address = [], "/messages?channel=sms"
    while address:
        page = page_of(pages.get(address))
        seen += [row.key for row in page.rows]
        address = page.older
    assert seen == [message(step).key for step in range(120, 0, -1)]


def test_one_click_sends_one_message_again(board: Pages) -> None:
    first, second = keys_of(board, status="dead")
    answer = board.post("/messages/resend", {"only": first, "message": [first, second]})
    assert answer.template.name == "resent.html"
    assert answer.context["page"] == ResentPage((first,), ())
    assert keys_of(board, status="dead") == [second]


def test_all_chosen_are_sent_again_and_what_cannot_be_is_named(board: Pages) -> None:
    dead = keys_of(board, status="dead")
    waiting = message(4).key
    answer = board.post("/messages/resend", {"message": [*dead, waiting, "nothing", dead[0]]})
    assert answer.context["page"] == ResentPage(tuple(dead), (waiting, "nothing"))
    assert "2 条没有重新发送" in text_of(answer)
    assert keys_of(board, status="dead") == []
    again = board.post("/messages/resend", {"message": dead})
    assert again.context["page"] == ResentPage((), tuple(dead))


def test_who_chose_nothing_is_told_how(board: Pages) -> None:
    assert "没有选择消息" in text_of(board.post("/messages/resend"))


@pytest.mark.parametrize("user", [OFFICER, HOTLINE, CLERK])
def test_nobody_else_sees_the_board_or_sends_again(board: Pages, user: str) -> None:
    (key, _) = keys_of(board, status="dead")
    board.log_in(user)
    assert board.get("/messages").status_code == 403
    assert board.post("/messages/resend", {"only": key}).status_code == 403
    assert PostgresOutbox(board.installation.engine).counts()[MessageStatus.DEAD] == 2


def test_the_evaluator_is_neither_named_nor_numbered(pages: Pages, acts: PaperActs, tmp_path: Path) -> None:
    case_no = a_case(pages, acts, tmp_path)
    post(
        pages.installation.engine,
        message(90, NoticeKind.RESULT_FEEDBACK, recipient=f"evaluator:{case_no}", case_no=case_no),
    )
    pages.log_in(SUPERVISOR)
    shown = pages.get("/messages", case=case_no)
    (row,) = (row for row in page_of(shown).rows if row.kind == NoticeKind.RESULT_FEEDBACK.label)
    assert row.to == "评价人（号码不显示）"
    assert MOBILE not in shown.text
    assert NAME not in shown.text


def test_the_chat_is_called_what_it_is(board: Pages) -> None:
    (row,) = page_of(board.get("/messages", channel="work_chat")).rows
    assert row.to == "工作群"
    assert WORK_CHAT not in row.to
