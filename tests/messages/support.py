"""What the tests of messages share: the counterpart process, a directory, a courier, and messages to send."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from sqlalchemy import Engine

from activities.courier import Contact, Receipt, Sender
from adapters.courier import OutboxCourier
from adapters.letters import Letters
from adapters.mail import MailSender
from adapters.outbox import PostgresOutbox, insert_messages
from adapters.reporting import ReportSender
from adapters.signed_http import SignedHttp
from adapters.sms import SmsSender
from adapters.work_chat import WorkChatSender
from models.notices import Channel, Message, MessageStatus, NoticeKind, message_key
from tests.support.ports import own_block

ROOT = Path(__file__).resolve().parents[2]
CASE_NO = "ezhou-4207042026021300017-1"
SECRET = "shared-secret-of-the-tests"

PATIENT_SECONDS = 60.0
"""How long a sender waits for an answer that will come: a busy machine must not make a timeout of a late answer."""
IMPATIENT_SECONDS = 0.25
"""How long it waits where the counterpart keeps silent on purpose. Then a late answer is a timeout too, so nobody may
count repeats before the silence is over."""

FACTS: dict[str, str | None] = {
    "case_no": CASE_NO,
    "project_no": "4207042026021300017",
    "assess_number": "1",
    "item_name": "社会保障卡申领",
    "item_code": "11420700MB1234567X4000123456789",
    "unit_name": "市人力资源和社会保障局（演示）",
    "unit_code": "11420700MB1234567X",
    "area_code": "420704",
    "stage": "签收与核实中",
    "task_name": "签收",
    "clock_name": "签收时限",
    "due": "2026年2月14日（星期六，调休上班）24:00前",
    "clause": "鄂州政办函〔2020〕27号 二(七)1",
    "share": "80%",
    "days_late": "2",
    "responsible": "演示·人社整改责任人",
    "reason": "经回访，评价人表示误点",
    "finding": "属实",
    "finding_basis": "回访核实",
    "measures": "窗口增设一次性告知单，并对当事人上门补办",
    "result": "已于次日办结并当面说明",
    "callback_result": "已接通，满意",
    "ending": "办结（回访满意）",
    "rounds": "1",
    "missed_clocks": None,
    "dispatched_at": "2026-02-13T17:50:00+08:00",
    "signed_at": "2026-02-14T10:00:00+08:00",
    "feedback_at": "2026-02-25T09:30:00+08:00",
    "closed_at": "2026-02-28T16:20:00+08:00",
    "granted": "准予",
    "old_due": "2026年2月27日（星期五）24:00前",
    "notice": "国办发明电〔2020〕1号",
    "measure": "约谈",
    "document_no": "鄂州政务督〔2026〕12号",
    "appeal_result": "申诉成立",
    "case_class": "疑难",
    "units": "市人力资源和社会保障局、市医疗保障局",
    "notice_count": "3",
    "notice_kinds": "办结通知2条、不予采纳通知1条",
    "notice_lines": "  · 办结通知：ezhou-1-1（社会保障卡申领），办结（回访满意）",
    "period": "2026年10月",
}

CONTACTS = {
    f"officer-{number:02}": Contact(mobile=f"138000000{number:02}", email=f"officer-{number:02}@example.invalid")
    for number in range(20)
} | {
    "without-addresses": Contact(mobile=None, email=None),
    "mistyped-addresses": Contact(mobile="請致電", email="nobody"),
}


class Taker:
    """A sender that takes everything, after a while; `began` tells that it has a message in hand."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.began = asyncio.Event()
        self._seconds = seconds

    async def send(self, message: Message) -> Receipt:
        self.began.set()
        await asyncio.sleep(self._seconds)
        return Receipt("1", "")


class Directory:
    """An address book in memory."""

    def lookup(self, user_id: str) -> Contact | None:
        return CONTACTS.get(user_id)


def message(
    step: int = 1,
    kind: NoticeKind = NoticeKind.TASK_ASSIGNED,
    channel: Channel = Channel.SMS,
    recipient: str = "officer-00",
    *,
    case_no: str = CASE_NO,
    wait: timedelta = timedelta(0),
    **facts: str | None,
) -> Message:
    """A message of the demo case."""
    now = datetime.now(UTC)
    return Message(
        key=message_key(case_no, step, kind, recipient, channel),
        case_no=case_no,
        jurisdiction="ezhou",
        kind=kind,
        channel=channel,
        recipient=recipient,
        context={**FACTS, "case_no": case_no, **facts},
        not_before=now + wait,
        created_at=now,
    )


def messages(channel: Channel, count: int) -> list[Message]:
    """`count` messages over one channel: letters to ten recipients, reports of ten cases."""
    kind = NoticeKind.WRITTEN_FEEDBACK if channel is Channel.REPORT else NoticeKind.TASK_ASSIGNED
    return [
        message(
            step,
            kind,
            channel,
            "hotline" if channel is Channel.REPORT else f"officer-{step % 10:02}",
            case_no=f"ezhou-42070420260213000{step % 10:02}-1",
        )
        for step in range(1, count + 1)
    ]


def post(engine: Engine, *to_send: Message) -> None:
    """Put messages into the outbox, as a step does."""
    with engine.begin() as connection:
        insert_messages(connection, to_send)


@dataclass
class Counterparts:
    """The running counterpart process."""

    process: subprocess.Popen[str]
    url: str
    smtp_port: int

    @classmethod
    def start(cls, runtime_dir: Path, http_port: int = 0, smtp_port: int = 0) -> "Counterparts":
        """Start it, on ports that nobody takes while it is away; or on these, where it was before."""
        if not http_port:
            http_port = own_block()
            smtp_port = http_port + 1
        process = subprocess.Popen(
            [
                *(sys.executable, "-W", "error", "-m", "counterparts", "--runtime-dir", str(runtime_dir)),
                *("--http-port", str(http_port), "--smtp-port", str(smtp_port)),
            ],
            cwd=ROOT,
            env={
                **os.environ,
                "COUNTERPARTS_SMS_SECRET": SECRET,
                "COUNTERPARTS_REPORT_SECRET": SECRET,
                "COUNTERPARTS_PLATFORM_SECRET": SECRET,
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        word, url, smtp = process.stdout.readline().split()
        assert word == "ready"
        return cls(process, url, int(smtp.rsplit(":", 1)[1]))

    @property
    def http_port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Signal it and give its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(timeout=60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def misbehave(self, mode: str, times: int, *services: str) -> None:
        """Order misbehaviour of the named services, or of all."""
        plan = {service: {"mode": mode, "times": times} for service in services or ("sms", "mail", "report")}
        httpx.post(f"{self.url}/misbehave", json=plan, trust_env=False).raise_for_status()

    def deliver(self, **fates: str) -> None:
        """Order what becomes of the SMS to some numbers, by "n" and the number."""
        plan = {number.removeprefix("n"): fate for number, fate in fates.items()}
        httpx.post(f"{self.url}/deliveries", json=plan, trust_env=False).raise_for_status()

    def received(self, **query: str) -> list[dict[str, Any]]:
        """What it keeps."""
        answer = httpx.get(f"{self.url}/api/messages", params={"limit": "10000", **query}, trust_env=False)
        found: list[dict[str, Any]] = answer.json()["messages"]
        return found


def senders(
    url: str, smtp_port: int, timeout: float = PATIENT_SECONDS, receipts_to: Callable[[], str] | None = None
) -> Mapping[Channel, Sender]:
    """The real senders, pointed at a counterpart process."""
    letters = Letters(ROOT / "jurisdictions")
    patience = httpx.Timeout(timeout)
    return {
        Channel.SMS: SmsSender(
            SignedHttp("短信网关", f"{url}/sms", SECRET, patience), letters, Directory(), receipts_to=receipts_to
        ),
        Channel.MAIL: MailSender(
            "127.0.0.1", smtp_port, "差评整改系统 <cp@example.invalid>", letters, Directory(), timeout=timeout
        ),
        Channel.REPORT: ReportSender(SignedHttp("12345平台", f"{url}/reports", SECRET, patience)),
        Channel.ARCHIVE: Taker(),
        Channel.WORK_CHAT: WorkChatSender(SecretStr(f"{url.replace('http', 'json', 1)}/chat"), letters, timeout),
    }


def courier(
    engine: Engine, url: str, smtp_port: int, lease_seconds: float = 120.0, patience: float = PATIENT_SECONDS
) -> OutboxCourier:
    """A courier over the real outbox and the real senders."""
    return OutboxCourier(
        PostgresOutbox(engine, timedelta(seconds=lease_seconds)),
        senders(url, smtp_port, patience),
        send_limit=timedelta(seconds=lease_seconds / 2),
    )


async def close(courier: OutboxCourier) -> None:
    """Close the connections of its senders."""
    for sender in courier.senders.values():
        if isinstance(sender, SmsSender):
            await sender.gateway.aclose()
        elif isinstance(sender, ReportSender):
            await sender.platform.aclose()


async def eventually(condition: Callable[[], bool | Awaitable[bool]], seconds: float = 90.0, what: str = "") -> None:
    """Wait until the condition holds; fail when it does not within the time."""
    deadline = time.monotonic() + seconds
    while True:
        holds = condition()
        if not isinstance(holds, bool):
            holds = await holds
        if holds:
            return
        assert time.monotonic() < deadline, f"not within {seconds} s: {what or condition}"
        await asyncio.sleep(0.02)


async def until_sent(outbox: PostgresOutbox, count: int, seconds: float = 90.0) -> None:
    """Wait until that many messages are sent."""
    await eventually(lambda: outbox.counts()[MessageStatus.SENT] == count, seconds, f"{count} sent")


def launch(script: str, arguments: Mapping[str, object]) -> subprocess.Popen[str]:
    """Run one of the scripts beside this file; it has started when this returns."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"tests.messages.{script}", json.dumps(arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    """kill -9."""
    process.kill()
    process.wait(timeout=60)
    assert process.stdout is not None
    process.stdout.close()


Launch = Callable[..., "subprocess.Popen[str]"]
"""`launch("run_courier", database_url=…)`: start a script; what a test leaves running is killed after it."""
