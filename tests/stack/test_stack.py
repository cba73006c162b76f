"""The whole stack with real processes: what `make up` promises, with stand-ins for worker and desk."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.settings import StackFile
from adapters.stack.parts import PartName
from adapters.stack.ports import PortName
from adapters.stack.supervisor import GRACE
from tests.stack.running import RunningStack, assert_gone, stack
from tests.stack.standin_worker import Switch
from tests.support.ports import own_block

pytestmark = pytest.mark.timeout(1800)  # every wait has a limit of its own

ROOT = os.geteuid() == 0


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """One stack for the tests that only take parts away from it."""
    with stack(tmp_path_factory.mktemp("stack") / "runtime", "--job") as started:
        yield started.wait_ready()


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """One that soon takes a part for frozen."""
    with stack(tmp_path_factory.mktemp("impatient") / "runtime", "--impatient") as started:
        yield started.wait_ready()


def test_it_prints_one_ready_line_with_every_address_after_the_job(running: RunningStack) -> None:
    (line,) = running.ready_lines
    record = running.record
    assert record.database_url.rsplit("@", 1)[1] in line
    assert record.temporal_address in line
    assert record.temporal_ui_url in line
    assert record.counterpart_url in line
    assert running.output.index("the job ran") < running.output.index(line)


def test_the_ready_line_and_the_output_show_no_password(running: RunningStack) -> None:
    password = running.record.database_url.split("@")[0].rsplit(":", 1)[1]
    assert password not in running.output


def test_secrets_lie_in_files_for_their_owner_alone(running: RunningStack) -> None:
    assert StackFile.path(running.runtime_dir).stat().st_mode & 0o077 == 0
    for folder in ("postgres", "temporal", "counterpart", "logs"):
        assert (running.runtime_dir / folder).stat().st_mode & 0o077 == 0


def test_a_second_start_says_so_runs_the_job_and_gives_the_addresses(running: RunningStack) -> None:
    notes = len(running.notes())
    with stack(running.runtime_dir, "--job") as second:
        assert second.wait_end() == 0
        assert "系统已经在另一个终端运行" in second.output
        assert second.ready_lines == running.ready_lines
    assert len(running.notes()) == notes + 1
    assert running.process.poll() is None


@pytest.mark.parametrize("part", list(PartName))
def test_a_killed_part_comes_back_at_its_address(running: RunningStack, part: PartName) -> None:
    before = running.record
    running.note(f"before {part} was killed")

    running.wait_back(part, running.strike(part, signal.SIGKILL))

    after = running.record
    assert after.parts[part] != before.parts[part]
    assert after.model_copy(update={"parts": before.parts}) == before
    assert f"before {part} was killed" in running.notes()


@pytest.mark.parametrize("part", list(PartName))
def test_a_frozen_part_is_replaced(impatient: RunningStack, part: PartName) -> None:
    frozen = impatient.strike(part, signal.SIGSTOP)

    impatient.wait_back(part, frozen)

    assert not frozen.alive()


def test_all_parts_killed_at_once_come_back(running: RunningStack) -> None:
    killed = {part: running.strike(part, signal.SIGKILL) for part in PartName}
    for part, mark in killed.items():
        running.wait_back(part, mark)
    assert running.notes()


def test_all_parts_together_are_given_a_quarter_of_a_minute_to_stop() -> None:
    assert set(GRACE) == set(PartName)
    assert sum(GRACE.values()) <= 15


def test_ctrl_c_stops_everything_and_the_next_start_finds_data_and_addresses(tmp_path: Path) -> None:
    (tmp_path / "runtime").mkdir()
    ports = {name: number for number, name in enumerate(PortName, start=own_block())}  # which nobody takes in between
    (tmp_path / "runtime" / "ports.json").write_text(json.dumps(ports))
    with stack(tmp_path / "runtime") as first:
        first.wait_ready().note("kept")
        addresses, family = first.ready_lines, first.family()
        first.interrupt()
        assert first.wait_end() == 0
        assert_gone(family)
        assert not StackFile.path(first.runtime_dir).exists()
    with stack(tmp_path / "runtime") as second:
        assert second.wait_ready().ready_lines == addresses
        assert second.notes() == ["kept"]


def test_sigterm_to_the_supervisor_alone_stops_everything(tmp_path: Path) -> None:
    with stack(tmp_path / "runtime") as running:
        family = running.wait_ready().family()
        running.process.send_signal(signal.SIGTERM)
        assert running.wait_end() == 0
        assert_gone(family)


def test_a_second_ctrl_c_does_not_wait_for_a_part_that_does_not_stop(tmp_path: Path) -> None:
    with stack(tmp_path / "runtime", "--endless-grace") as running:
        family = running.wait_ready().family()
        for part in (PartName.WORKER, PartName.COUNTERPART, PartName.ENGINE):
            running.strike(part, signal.SIGSTOP)
        running.interrupt()
        running.wait_for("正在停止")
        running.interrupt()
        assert running.wait_end() == 0
        assert_gone(family)


@pytest.mark.parametrize("line", ["正在启动数据库", "正在启动流程引擎", "正在启动工作进程"])
def test_ctrl_c_during_the_start_leaves_nothing_behind(tmp_path: Path, line: str) -> None:
    with stack(tmp_path / "runtime") as running:
        running.wait_for(line)
        family = running.family()
        running.interrupt()
        assert running.wait_end() == 0
        assert_gone(family)
    with stack(tmp_path / "runtime") as again:
        again.wait_ready()


def test_a_killed_supervisor_takes_its_parts_along_and_the_next_start_finds_the_data(tmp_path: Path) -> None:
    with stack(tmp_path / "runtime") as first:
        first.wait_ready().note("survived")
        family = first.family()
        first.process.kill()
        assert_gone(family)
    with stack(tmp_path / "runtime") as second:
        assert second.wait_ready().notes() == ["survived"]


def test_a_part_that_cannot_start_ends_the_start_with_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "runtime").mkdir()
    (tmp_path / "runtime" / Switch.BROKEN).touch()
    with stack(tmp_path / "runtime") as running:
        running.wait_for("正在启动工作进程")
        family = running.family()
        assert running.wait_end() == 1
        assert "the worker says why it cannot start" in running.output
        assert running.ready_lines == []
        assert_gone(family)


def test_a_worker_that_takes_no_tasks_ends_itself_and_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "runtime").mkdir()
    (tmp_path / "runtime" / Switch.DEAF).touch()
    with stack(tmp_path / "runtime") as running:
        running.wait_ready()
        deaf = running.record.parts[PartName.WORKER]
        (running.runtime_dir / Switch.DEAF).unlink()
        running.wait_for("工作进程自检发现已停止前进，已自行退出")
        running.wait_back(PartName.WORKER, deaf)


def test_two_stacks_started_at_the_same_moment_get_ports_of_their_own(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    with stack(tmp_path / "one" / "runtime") as one, stack(tmp_path / "other" / "runtime") as other:
        records = [running.wait_ready().record for running in (one, other)]
        for address in (
            "database_url",
            "temporal_address",
            "temporal_ui_url",
            "counterpart_url",
            "smtp_port",
        ):
            first, second = (str(getattr(record, address)).rsplit(":", 1)[-1].split("/")[0] for record in records)
            assert first != second


def test_the_stack_lives_at_any_path(tmp_path: Path) -> None:
    barred = tmp_path / "barred"
    barred.mkdir(mode=0o700)
    deep = barred / "a folder with spaces, 中文 % # ?" / ("long" * 30) / ("longer" * 20) / "runtime"
    deep.parent.mkdir(parents=True)
    with stack(deep) as running:
        running.wait_ready().note("deep")
        assert running.notes() == ["deep"]


_AS_WHOM = {
    "an ordinary user": ["--reuid", "daemon", "--regid", "daemon", "--clear-groups",
                         # The tests' own Python may lie where only root gets in; this user reads but writes nothing.
                         "--securebits=+no_setuid_fixup", "--inh-caps=-all,+dac_read_search",
                         "--ambient-caps=-all,+dac_read_search", "--bounding-set=-all,+dac_read_search"],
    "root in a container": ["--bounding-set=-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap"],
}  # fmt: skip


# Run by an ordinary user, every other test of this file runs as one already.
@pytest.mark.parametrize("who", _AS_WHOM if ROOT else [])
def test_as_root_the_stack_also_runs_as(who: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o700 if "root" in who else 0o777)
    folder = tmp_path / "home"
    folder.mkdir()
    folder.chmod(0o777)
    with stack(folder / "runtime", prefix=["setpriv", *_AS_WHOM[who], "--"]) as running:
        running.wait_ready().note(who)
        assert running.notes() == [who]
        family = running.family()
        running.interrupt()
        assert running.wait_end() == 0
        assert_gone(family)


def test_an_external_database_is_used_and_not_started(tmp_path: Path, empty_database_url: str) -> None:
    with stack(tmp_path / "runtime", "--job", env={"HAOCHAPING_DATABASE_URL": empty_database_url}) as running:
        running.wait_ready()
        assert PartName.DATABASE not in running.record.parts
        assert not (running.runtime_dir / "postgres").exists()
