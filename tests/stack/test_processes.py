"""Child processes: stopped in time, recognised later, and logs that do not grow for ever."""

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

from adapters.stack import processes
from adapters.stack.processes import Child, PartFailed, launch, rotate, shorten, stop_leftover

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(900)"
)


async def _sleeper(tmp_path: Path, code: str = "import time; time.sleep(900)") -> Child:
    return await launch([sys.executable, "-c", code], log=tmp_path / "log", cwd=tmp_path)


async def test_a_child_that_ignores_its_signal_is_killed_after_its_grace(tmp_path: Path) -> None:
    child = await _sleeper(tmp_path, STUBBORN)
    async with asyncio.timeout(100):
        while "up" not in (tmp_path / "log").read_text():
            await asyncio.sleep(0.01)
    await child.stop(grace=0.2)
    assert await child.ended() == -signal.SIGKILL


async def test_a_leftover_is_stopped(tmp_path: Path) -> None:
    child = await _sleeper(tmp_path)
    assert await stop_leftover(child.mark, signal.SIGTERM, grace=60)
    assert not child.mark.alive()
    assert not await stop_leftover(child.mark, signal.SIGTERM, grace=60)
    await child.kill()


async def test_a_stranger_with_a_leftovers_number_is_left_alone(tmp_path: Path) -> None:
    child = await _sleeper(tmp_path)
    for change in ({"started": child.mark.started - 1}, {"boot": "an earlier boot"}):
        assert not await stop_leftover(child.mark.model_copy(update=change), signal.SIGTERM, grace=60)
    assert child.running
    await child.kill()


async def test_a_child_has_a_session_of_its_own_so_that_ctrl_c_passes_it_by(tmp_path: Path) -> None:
    child = await _sleeper(tmp_path)
    assert os.getsid(child.mark.pid) == child.mark.pid != os.getsid(0)
    await child.kill()


async def test_without_setpriv_the_package_to_install_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *args, **kwargs: None)
    with pytest.raises(PartFailed, match="util-linux"):
        await _sleeper(tmp_path)


def test_the_last_five_logs_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    for number in range(8):
        log.write_text(str(number))
        rotate(log)
    kept = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert kept == {
        "part.log.1": "7",
        "part.log.2": "6",
        "part.log.3": "5",
        "part.log.4": "4",
        "part.log.5": "3",
    }


def test_a_log_that_grew_too_long_is_moved_aside_under_its_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_LOG_LIMIT", 10)
    log = tmp_path / "part.log"
    with log.open("a") as writer:
        print("more than ten bytes", file=writer, flush=True)
        shorten(log)
        print("on", file=writer, flush=True)
    assert log.read_text() == "on\n"
    assert log.with_name("part.log.1").read_text() == "more than ten bytes\n"
