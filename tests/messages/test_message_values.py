"""What a message may be: its key, its facts, its report."""

import itertools
from email import message_from_bytes
from email.policy import default

import pytest
from pydantic import ValidationError

from activities.courier import Refused
from adapters.letters import Letters
from adapters.mail import MailSender, message_id
from adapters.reporting import REPORT_FIELDS, report
from models.notices import NEEDED_FACTS, Channel, Fact, Message, NoticeKind, message_key
from tests.messages.support import CASE_NO, FACTS, ROOT, Directory, message

KEY_PARTS = [
    (CASE_NO, 1, NoticeKind.TASK_ASSIGNED, "officer-00", Channel.SMS, ""),
    (CASE_NO, 2, NoticeKind.TASK_ASSIGNED, "officer-00", Channel.SMS, ""),
    (CASE_NO, 1, NoticeKind.CLOCK_MISSED, "officer-00", Channel.SMS, ""),
    (CASE_NO, 1, NoticeKind.TASK_ASSIGNED, "officer-01", Channel.SMS, ""),
    (CASE_NO, 1, NoticeKind.TASK_ASSIGNED, "officer-00", Channel.MAIL, ""),
    (CASE_NO, 1, NoticeKind.TASK_ASSIGNED, "officer-00", Channel.SMS, "sign_off"),
    (CASE_NO, 1, NoticeKind.TASK_ASSIGNED, "officer-00:sms", Channel.SMS, ""),
    ("ezhou-4207042026021300017-2", 1, NoticeKind.TASK_ASSIGNED, "officer-00", Channel.SMS, ""),
]


def test_a_key_differs_as_soon_as_one_part_differs_and_is_always_the_same() -> None:
    keys = [message_key(*parts) for parts in KEY_PARTS]
    assert len(set(keys)) == len(keys)
    assert keys == [message_key(*parts) for parts in KEY_PARTS]


@pytest.mark.parametrize("recipient", ["张三", "a b", "a:b", "a\r\nb", "a/b"])
def test_a_key_is_fit_for_a_header_whatever_it_is_made_of(recipient: str) -> None:
    key = message_key(CASE_NO, 1, NoticeKind.TASK_ASSIGNED, recipient, Channel.SMS)
    assert key.isascii()
    assert key.isprintable()
    assert " " not in key
    assert message_id(key, "x <cp@example.invalid>").endswith("@example.invalid>")


@pytest.mark.parametrize(("kind", "channel"), list(itertools.product(NoticeKind, Channel)))
def test_a_kind_leaves_by_its_own_channels_only(kind: NoticeKind, channel: Channel) -> None:
    if channel in kind.channels:
        assert message(kind=kind, channel=channel).channel is channel
    else:
        with pytest.raises(ValidationError, match=f"{kind.value} does not leave by {channel.value}"):
            message(kind=kind, channel=channel)


@pytest.mark.parametrize("name", ["mobile", "user_name", "evaluator", "certKey", "dues"])
def test_a_fact_that_is_not_on_the_list_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match=f"may not say {name}"):
        Message(**{**message().model_dump(), "context": FACTS | {name: "13800000000"}})


@pytest.mark.parametrize(("kind", "fact"), [(kind, fact) for kind in NoticeKind for fact in sorted(NEEDED_FACTS[kind])])
@pytest.mark.parametrize("value", [None, ""])
def test_a_message_without_a_needed_fact_is_refused(kind: NoticeKind, fact: Fact, value: str | None) -> None:
    good = message(kind=kind, channel=kind.channels[0])
    with pytest.raises(ValidationError, match=f"{kind.value} needs {fact.value}"):
        Message(**{**good.model_dump(), "context": FACTS | {fact.value: value}})


@pytest.mark.parametrize("kind", list(REPORT_FIELDS))
def test_a_report_has_every_field_of_its_kind_and_null_for_what_the_case_lacks(kind: NoticeKind) -> None:
    written = message(kind=kind, channel=Channel.REPORT, recipient="hotline", signed_at=None)
    body = report(written)
    assert set(body) == {"reportNo", "reportType", *REPORT_FIELDS[kind]}
    assert body["reportNo"] == written.key
    assert body["projectNo"] == FACTS["project_no"]
    assert body["rectification"] == FACTS["measures"]
    assert body["signTime"] is None


def test_a_report_that_lost_what_it_must_say_goes_to_people() -> None:
    written = message(kind=NoticeKind.WRITTEN_FEEDBACK, channel=Channel.REPORT)
    with pytest.raises(Refused, match="书面反馈缺少必填内容：measures"):
        report(written.model_copy(update={"context": FACTS | {"measures": None}}))


def test_a_mail_carries_the_key_on_one_line_and_a_subject_that_every_reader_understands() -> None:
    sender = MailSender("", 0, "差评整改系统 <cp@example.invalid>", Letters(ROOT / "jurisdictions"), Directory())
    letter = message(channel=Channel.MAIL, case_no="ezhou-" + "9" * 50 + "-12")
    raw = sender.compose(letter, "officer-00@example.invalid")
    assert f"\nX-Idempotency-Key: {letter.key}\n".encode() in raw
    assert max(len(line) for line in raw.splitlines() if not line.startswith(b"X-")) <= 78
    mail = message_from_bytes(raw, policy=default)
    assert str(mail["Subject"]).startswith("【差评整改】请办理：签收")
    assert str(mail["From"]) == "差评整改系统 <cp@example.invalid>"
    assert sender.compose(letter, "officer-00@example.invalid") == raw, "a repeat is the same mail"
