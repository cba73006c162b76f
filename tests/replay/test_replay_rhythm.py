"""Periodic work that waits for its morning survives a change of the program: every recorded history still replays."""

from pathlib import Path

import pytest
from temporalio.worker import Replayer

from tests.replay import histories_on_disk
from tests.replay.altered_rhythm import WorkWithAnExtraTimer
from tests.replay.rhythm import FOLDER, PATHS
from worker import sandboxed_runner
from workflows.rhythm import PeriodicWork

RECORDED = sorted(FOLDER.glob("*.json"))


async def failure_of(path: Path, work: type) -> Exception | None:
    """Why a history does not replay; None when it does."""
    replayer = Replayer(
        workflows=[work], data_converter=histories_on_disk.READABLE_CONVERTER, workflow_runner=sandboxed_runner()
    )
    result = await replayer.replay_workflow(histories_on_disk.load(path), raise_on_replay_failure=False)
    return result.replay_failure


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
async def test_recorded_work_still_replays(path: Path) -> None:
    why = await failure_of(path, PeriodicWork)
    assert why is None, f"{path.stem} would be suspended by this change; see docs/changing-a-workflow.md: {why}"


def test_every_path_has_a_recorded_history() -> None:
    assert set(PATHS) == {path.stem for path in RECORDED}, "run `python -m tests.replay.record_rhythm DATABASE_URL`"


async def test_a_change_that_breaks_waiting_work_is_seen() -> None:
    assert await failure_of(FOLDER / "called.json", WorkWithAnExtraTimer) is not None
