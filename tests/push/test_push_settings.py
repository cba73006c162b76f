"""Where the platform comes from, and what stands when there is none."""

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.settings import ProcessMark, Settings, StackFile
from models.errors import BadInput

NOBODY = ProcessMark(pid=1, started=0, boot="")


def test_nothing_is_pushed_until_an_address_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.load().push_limit() is None
    monkeypatch.setenv("HAOCHAPING_PLATFORM_URL", "https://platform.example.invalid")
    assert Settings.load().push_limit() == timedelta(hours=24)


def test_in_the_demo_the_counterpart_plays_the_platform_unless_another_is_named(tmp_path: Path) -> None:
    record = StackFile(supervisor=NOBODY, counterpart_url="http://127.0.0.1:1")
    assert Settings(runtime_dir=tmp_path).completed_by(record).platform_url == "http://127.0.0.1:1/platform"
    named = Settings(runtime_dir=tmp_path, platform_url="https://platform.example.invalid")
    assert named.completed_by(record).platform_url == "https://platform.example.invalid"
    alone = StackFile(supervisor=NOBODY)
    assert Settings(runtime_dir=tmp_path).completed_by(alone).platform_url == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [("CODES", "fujian"), ("BATCH", "0"), ("EVERY_MINUTES", "1441"), ("LIMIT_HOURS", "0")],
)
def test_a_setting_that_cannot_be_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"HAOCHAPING_PLATFORM_{name}", value)
    with pytest.raises(BadInput):
        Settings.load()
