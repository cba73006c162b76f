"""The counterpart process: keeps what arrived once, across restarts, shows it, and stops when told."""

import signal
import smtplib
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from adapters.signed_http import sign
from tests.messages.support import ROOT, SECRET, Counterparts

SMS = '{"to":"13800000000","text":"请于今日签收<b>","recipient":"officer-00","kind":"task_assigned","case_no":"c-1"}'


def send_sms(counterparts: Counterparts, key: str, body: str = SMS, secret: str = SECRET) -> httpx.Response:
    """POST one SMS."""
    headers = {"Idempotency-Key": key} | ({"X-Signature": sign(secret.encode(), body.encode())} if secret else {})
    return httpx.post(f"{counterparts.url}/sms", content=body.encode(), headers=headers, trust_env=False)


def get(counterparts: Counterparts, path: str) -> httpx.Response:
    """GET a page."""
    return httpx.get(f"{counterparts.url}{path}", trust_env=False)


def test_a_repeat_is_kept_once_counted_and_given_the_same_receipt(counterparts: Counterparts) -> None:
    receipts = {send_sms(counterparts, "k-1").json()["receipt"] for _ in range(3)}
    assert len(receipts) == 1
    (kept,) = counterparts.received()
    assert (kept["times"], kept["differing"]) == (3, 0)


def test_another_text_under_the_same_key_is_counted_and_does_not_replace_the_first(
    counterparts: Counterparts,
) -> None:
    send_sms(counterparts, "k-1")
    send_sms(counterparts, "k-1", SMS.replace("今日", "明日"))
    (kept,) = counterparts.received()
    assert (kept["times"], kept["differing"]) == (2, 1)
    assert "今日" in kept["body"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_what_was_acknowledged_survives_a_restart(number: signal.Signals, tmp_path: Path) -> None:
    first = Counterparts.start(tmp_path)
    receipt = send_sms(first, "k-1").json()["receipt"]
    code = first.stop(number)
    assert code == (-signal.SIGKILL if number is signal.SIGKILL else 0)
    second = Counterparts.start(tmp_path, first.http_port, first.smtp_port)
    try:
        assert send_sms(second, "k-1").json()["receipt"] == receipt
        (kept,) = second.received()
        assert kept["times"] == 2
    finally:
        second.stop()


def test_it_stops_at_once_although_a_request_hangs(counterparts: Counterparts) -> None:
    counterparts.misbehave("timeout", 1, "sms")
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            f"{counterparts.url}/sms", content=SMS.encode(), timeout=httpx.Timeout(60, read=0.2), trust_env=False
        )
    assert counterparts.stop() == 0


@pytest.mark.parametrize(
    ("key", "body", "secret", "status"),
    [
        ("k-1", SMS, "another secret", 401),
        ("k-1", SMS, "", 401),
        ("", SMS, SECRET, 400),
        ("k-1", "{", SECRET, 400),
        ("k-1", "[]", SECRET, 400),
        ("k-1", '{"to":"","text":"x"}', SECRET, 400),
        ("k-1", '{"to":"13800000000"}', SECRET, 400),
    ],
)
def test_what_it_cannot_take_it_refuses_and_does_not_keep(
    key: str, body: str, secret: str, status: int, counterparts: Counterparts
) -> None:
    assert send_sms(counterparts, key, body, secret).status_code == status
    assert counterparts.received() == []


@pytest.mark.parametrize(
    "plan",
    [
        [],
        {"fax": {"mode": "500"}},
        {"sms": "500"},
        {"sms": {"mode": "odd"}},
        {"sms": {"mode": "500", "times": "x"}},
    ],
)
def test_misbehaviour_that_does_not_exist_is_refused(plan: object, counterparts: Counterparts) -> None:
    assert httpx.post(f"{counterparts.url}/misbehave", json=plan, trust_env=False).status_code == 400
    assert get(counterparts, "/misbehave").json() == {}


def test_misbehaviour_is_counted_off_and_can_be_called_off(counterparts: Counterparts) -> None:
    counterparts.misbehave("500", 2, "sms")
    assert send_sms(counterparts, "k-1").status_code == 500
    assert get(counterparts, "/misbehave").json() == {"sms": {"mode": "500", "times": 1}}
    counterparts.misbehave("500", 0, "sms")
    assert send_sms(counterparts, "k-1").status_code == 200


def test_a_mail_of_any_program_is_kept_with_its_words(counterparts: Counterparts) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "测试", "a@example.invalid", "b@example.invalid"
    mail["Message-ID"] = "<1@example.invalid>"
    mail.set_content("你好")
    with smtplib.SMTP("127.0.0.1", counterparts.smtp_port, timeout=60) as server:
        server.send_message(mail)
    (kept,) = counterparts.received(service="mail")
    assert (kept["key"], kept["subject"], kept["body"].strip()) == ("<1@example.invalid>", "测试", "你好")


def test_the_page_shows_every_message_and_lets_no_message_write_html(counterparts: Counterparts) -> None:
    assert "还没有符合条件的消息" in get(counterparts, "/").text
    for number in range(60):
        send_sms(counterparts, f"k-{number}", SMS.replace("officer-00", f"officer-{number}"))
    page = get(counterparts, "/").text
    assert "共 60 条" in page
    assert page.count("<article") == 50
    assert "请于今日签收&lt;b&gt;" in page
    assert "<b>" not in page
    assert get(counterparts, "/?page=2").text.count("<article") == 10
    assert get(counterparts, "/?service=sms&kind=task_assigned&text=officer-59").text.count("<article") == 1
    assert get(counterparts, "/?kind=clock_missed").text.count("<article") == 0
    assert get(counterparts, "/?page=zero").status_code == 200


def test_the_page_fetches_nothing_from_elsewhere(counterparts: Counterparts) -> None:
    send_sms(counterparts, "k-1")
    page = get(counterparts, "/").text
    assert "http" not in page
    assert "<script" not in page
    assert "<link" not in page


def test_a_report_reads_as_people_call_its_fields(counterparts: Counterparts) -> None:
    body = '{"reportNo":"r","reportType":"closing_report","caseNo":"c-1","rectification":"补办","signTime":null}'
    answer = httpx.post(
        f"{counterparts.url}/reports",
        content=body.encode(),
        headers={"Idempotency-Key": "r", "X-Signature": sign(SECRET.encode(), body.encode())},
        trust_env=False,
    )
    assert answer.status_code == 200
    page = get(counterparts, "/?service=report").text
    for term, value in (("整改措施", "补办"), ("签收时间", "（无）"), ("报告类型", "办结报告")):
        assert f"<dt>{term}</dt><dd>{value}</dd>" in page


def test_a_taken_port_is_said_in_chinese(counterparts: Counterparts, tmp_path: Path) -> None:

    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "counterparts",
            "--runtime-dir",
            str(tmp_path),
            "--http-port",
            str(counterparts.http_port),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("无法启动演示用的对方系统：")


def test_what_becomes_of_a_number_can_be_ordered_and_nonsense_is_refused(counterparts: Counterparts) -> None:
    counterparts.deliver(n13800000001="unknown-number", n13800000002="silent")
    wrong: tuple[object, ...] = ({"13800000003": "lost"}, [], "x")
    for nonsense in wrong:
        answer = httpx.post(f"{counterparts.url}/deliveries", json=nonsense, trust_env=False)
        assert answer.status_code == 400
    assert get(counterparts, "/deliveries").json() == {"13800000001": "unknown-number", "13800000002": "silent"}
