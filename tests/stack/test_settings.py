"""Settings: what is set wins, what is left empty comes from the running stack, and nothing running is said plainly."""

import os
import re
from pathlib import Path

import pytest

from adapters.settings import PROJECT, ProcessMark, Settings, StackFile
from models.errors import BadInput, StackNotRunning
from models.notices import TO_THE_CHAT, NoticeKind


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith(("HAOCHAPING_", "TEMPORAL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HAOCHAPING_RUNTIME_DIR", str(tmp_path))


def _running_here(runtime_dir: Path) -> StackFile:
    mark = ProcessMark.of(os.getpid())
    assert mark is not None
    record = StackFile(
        supervisor=mark,
        database_url="postgresql+psycopg://stack",
        temporal_address="127.0.0.1:1",
        counterpart_url="http://127.0.0.1:2",
        smtp_host="127.0.0.1",
        smtp_port=3,
    )
    record.write(runtime_dir)
    return record


def test_without_a_stack_the_reader_is_told_what_to_start() -> None:
    with pytest.raises(StackNotRunning, match="请先在另一个终端运行 make up"):
        Settings.discover()


def test_a_record_of_a_stack_that_is_gone_counts_as_none(tmp_path: Path) -> None:
    record = _running_here(tmp_path)
    gone = record.supervisor.model_copy(update={"started": record.supervisor.started - 1})
    record.model_copy(update={"supervisor": gone}).write(tmp_path)
    with pytest.raises(StackNotRunning):
        Settings.discover()


def test_empty_addresses_come_from_the_running_stack(tmp_path: Path) -> None:
    _running_here(tmp_path)
    settings = Settings.discover()
    assert settings.database_url == "postgresql+psycopg://stack"
    assert (settings.temporal_address, settings.temporal_namespace) == ("127.0.0.1:1", "default")
    assert (settings.sms_url, settings.report_url) == ("http://127.0.0.1:2/sms", "http://127.0.0.1:2/reports")
    assert (settings.smtp_host, settings.smtp_port) == ("127.0.0.1", 3)
    assert settings.embedded_database
    assert settings.embedded_temporal


def test_an_address_that_is_set_wins_over_the_running_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _running_here(tmp_path)
    monkeypatch.setenv("HAOCHAPING_DATABASE_URL", "postgresql+psycopg://ours")
    monkeypatch.setenv("HAOCHAPING_SMS_URL", "https://sms.example.invalid")
    settings = Settings.discover()
    assert settings.database_url == "postgresql+psycopg://ours"
    assert settings.sms_url == "https://sms.example.invalid"
    assert settings.report_url == "http://127.0.0.1:2/reports"
    assert not settings.embedded_database


@pytest.mark.parametrize("name", ["HAOCHAPING_TEMPORAL_ADDRESS", "TEMPORAL_ADDRESS", "TEMPORAL_PROFILE"])
def test_an_engine_of_ones_own_needs_no_stack(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAOCHAPING_DATABASE_URL", "postgresql+psycopg://ours")
    monkeypatch.setenv(name, "engine.example.invalid:7233")
    settings = Settings.discover()
    assert not settings.embedded_temporal


def test_a_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAOCHAPING_SMTP_PORT", "a lot")
    with pytest.raises(BadInput, match="smtp_port"):
        Settings.load()


def test_the_stack_s_secret_signs_only_what_goes_to_the_stack_s_own_gateway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _running_here(tmp_path).model_copy(update={"sms_secret": "the stack's", "desk_url": "http://127.0.0.1:4"}).write(
        tmp_path
    )
    found = Settings.discover()
    assert found.sms_secret.get_secret_value() == "the stack's"
    assert found.receipts_url() == "http://127.0.0.1:4/hooks/sms"
    monkeypatch.setenv("HAOCHAPING_SMS_SECRET", "ours")
    assert Settings.discover().sms_secret.get_secret_value() == "ours"
    monkeypatch.delenv("HAOCHAPING_SMS_SECRET")
    monkeypatch.setenv("HAOCHAPING_SMS_URL", "https://sms.example.invalid")
    elsewhere = Settings.discover()
    assert elsewhere.sms_secret.get_secret_value() == ""
    assert elsewhere.receipts_url() == "", "nobody could take the reports, so nobody is asked to report"


def test_the_chat_gets_what_is_late_unless_somebody_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.load().kinds_to_the_chat() == frozenset(), "no address, nothing goes there"
    monkeypatch.setenv("HAOCHAPING_CHAT_URL", "json://127.0.0.1:1/chat")
    assert Settings.load().kinds_to_the_chat() == frozenset(TO_THE_CHAT)
    monkeypatch.setenv("HAOCHAPING_CHAT_KINDS", " escalated, measure_issued,")
    chosen = Settings.load().kinds_to_the_chat()
    assert chosen == {NoticeKind.ESCALATED, NoticeKind.MEASURE_ISSUED}


@pytest.mark.parametrize("kind", ["late", "result_feedback", "written_feedback", "archive"])
def test_what_is_not_for_a_chat_is_refused_by_its_name(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAOCHAPING_CHAT_KINDS", f"escalated,{kind}")
    with pytest.raises(BadInput, match=f"“{kind}”"):
        Settings.load()


def test_the_record_is_for_its_owner_alone(tmp_path: Path) -> None:
    _running_here(tmp_path)
    assert StackFile.path(tmp_path).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described_for_operators(name: str) -> None:
    assert f"`HAOCHAPING_{name.upper()}`" in (PROJECT / "docs" / "operations.md").read_text()


def test_no_setting_is_described_that_does_not_exist() -> None:
    described = re.findall(r"`HAOCHAPING_([A-Z_]+)`", (PROJECT / "docs" / "operations.md").read_text())
    assert {name.lower() for name in described} <= set(Settings.model_fields)
