"""Running cases survive a change of the program: every recorded history still replays."""

from pathlib import Path

import pytest
from temporalio.worker import Replayer

from tests.replay import histories_on_disk
from tests.replay.altered import CaseWithAnExtraTimer
from tests.replay.paths import PATHS
from worker import sandboxed_runner
from workflows.case import BadReviewCase

RECORDED = sorted(histories_on_disk.FOLDER.glob("*.json"))

BROKEN = """
The case workflow no longer replays the recorded history '{name}': {why}

Cases that were dispatched under the recorded version would be suspended by this change.
Guard the new order of commands with `workflow.patched(...)`, record a new history for the new path, and keep this one.
docs/changing-a-workflow.md tells how, step by step. Never record this history again.
"""


async def replay(path: Path, case: type) -> None:
    """Replay one history; fails with what to do when the workflow would break running cases."""
    replayer = Replayer(
        workflows=[case], data_converter=histories_on_disk.READABLE_CONVERTER, workflow_runner=sandboxed_runner()
    )
    result = await replayer.replay_workflow(histories_on_disk.load(path), raise_on_replay_failure=False)
    if result.replay_failure is not None:
        pytest.fail(BROKEN.format(name=path.stem, why=result.replay_failure), pytrace=False)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
async def test_a_recorded_case_still_replays(path: Path) -> None:
    await replay(path, BadReviewCase)


def test_every_path_has_a_recorded_history() -> None:
    assert set(PATHS) <= {path.stem for path in RECORDED}, "run `python -m tests.replay.record` and commit the file"


async def test_a_change_that_breaks_running_cases_fails_with_what_to_do() -> None:
    what_to_do = r"(?s)changing-a-workflow.*Never record this history again"
    with pytest.raises(pytest.fail.Exception, match=what_to_do) as told:
        await replay(histories_on_disk.FOLDER / "satisfied.json", CaseWithAnExtraTimer)
    assert "satisfied" in str(told.value)
