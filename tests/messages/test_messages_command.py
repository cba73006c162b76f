"""`messages`: what was told to whom, what waits and why, and sending again."""

import argparse
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from activities.courier import Receipt
from adapters.outbox import PostgresOutbox
from cli.messages import MessagePorts, configure, run
from models.notices import Channel, MessageStatus, NoticeKind
from tests.messages.support import CASE_NO, message, post


def command(outbox: PostgresOutbox, *words: str) -> tuple[int, str, str]:
    """Exit code, output and errors of the command."""
    parser = argparse.ArgumentParser()
    configure(parser)
    out, err = io.StringIO(), io.StringIO()
    code = run(parser.parse_args(words), MessagePorts(outbox, lambda: datetime.now(UTC)), out, err)
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def filled(engine: Engine, outbox: PostgresOutbox) -> PostgresOutbox:
    """An outbox with one message in every standing."""
    now = datetime.now(UTC) + timedelta(minutes=5)
    post(engine, message(1, NoticeKind.WRITTEN_FEEDBACK, Channel.REPORT, "hotline"))
    (sent,) = outbox.claim_due(Channel.REPORT, now, 1)
    outbox.mark_sent(sent, Receipt("r-1", "digest"), now)
    post(engine, message(2, channel=Channel.MAIL))
    (refused,) = outbox.claim_due(Channel.MAIL, now, 1)
    outbox.mark_dead(refused, "邮件服务器拒收该邮箱地址（550）")
    post(engine, message(3))
    (late,) = outbox.claim_due(Channel.SMS, now, 1)
    outbox.put_off(late, "短信网关没有在规定时间内应答", now)
    post(engine, message(4, wait=timedelta(hours=9), case_no="ezhou-other-1"))
    return outbox


def test_every_message_is_listed_with_its_standing_and_its_reason(filled: PostgresOutbox) -> None:
    code, out, err = command(filled)
    assert (code, err) == (0, "")
    for line in (
        "书面反馈  上报12345平台 → hotline  已送达对方",
        "（回执号 r-1）",
        "任务通知  邮件 → officer-00  无法发送，待人工处理（已试 1 次）",
        "原因 邮件服务器拒收该邮箱地址（550）",
        "任务通知  短信 → officer-00  待发送，已试 1 次，",
        "原因 短信网关没有在规定时间内应答",
        "起发送",
        "全部消息：待发送 2 条，已送达对方 1 条，无法发送，待人工处理 1 条",
        "messages --resend",
    ):
        assert line in out


def test_the_list_can_be_of_one_case_or_of_what_needs_people(filled: PostgresOutbox) -> None:
    assert command(filled, "ezhou-other-1")[1].count("编号 ") == 1
    assert command(filled, CASE_NO, "--dead")[1].count("编号 ") == 1
    assert command(filled, "no-such-case")[1].startswith("没有符合条件的消息。")
    assert "只列出最新的 1 条" in command(filled, "--limit", "1")[1]


def test_json_gives_one_array(filled: PostgresOutbox) -> None:
    records = json.loads(command(filled, "--json")[1])
    assert [record["status"] for record in records] == ["sent", "dead", "pending", "pending"]


def test_a_dead_message_is_queued_again_under_its_key(filled: PostgresOutbox) -> None:
    (dead,) = filled.list_messages(status=MessageStatus.DEAD)
    code, out, _ = command(filled, "--resend", dead.message.key)
    assert (code, out) == (0, f"已重新排队，将按原编号发送：{dead.message.key}\n")
    assert filled.counts()[MessageStatus.DEAD] == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--resend", "no-such-key"], "没有编号为“no-such-key”且无法发送的消息"),
        (["--resend", message(3).key], "且无法发送的消息"),
        (["--limit", "0"], "--limit 应为大于 0 的整数"),
    ],
)
def test_a_mistake_is_explained_and_changes_nothing(words: list[str], says: str, filled: PostgresOutbox) -> None:
    before = filled.list_messages()
    code, out, err = command(filled, *words)
    assert (code, out) == (2, "")
    assert says in err
    assert filled.list_messages() == before
