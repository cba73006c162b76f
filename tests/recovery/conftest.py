"""The one run that all claims are about, and the table of its times at the end of the test session.

`RECOVERY_CASES` (120) and `RECOVERY_ROUNDS` (1) make a longer soak of it.
"""

import asyncio
import os

import pytest

from tests.recovery.evidence import Evidence, as_json
from tests.recovery.run import Size, run
from tests.recovery.stack import Stack

TABLE = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Evidence:
    """What is left of all running cases after every blow."""
    folder = tmp_path_factory.mktemp("recovery")
    size = Size(
        cases=int(os.environ.get("RECOVERY_CASES", "120")),
        rounds=int(os.environ.get("RECOVERY_ROUNDS", "1")),
    )
    stack = Stack(folder / "runtime")
    try:
        stack.start()
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            found = runner.run(run(stack, size))
    finally:
        stack.end()
    (folder / "recovery.json").write_text(as_json(found))
    pytestconfig.stash[TABLE] = [*_table(found), f"written to {folder / 'recovery.json'}"]
    return found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the times, whether or not the claims held."""
    if TABLE in config.stash:
        terminalreporter.section("recovery")
        for line in config.stash[TABLE]:
            terminalreporter.write_line(line)


def _table(evidence: Evidence) -> list[str]:
    arrived, repeats = len(evidence.arrived), sum(each.times - 1 for each in evidence.arrived)
    lines = [f"{'blow':<20}{'first action again':>20}{'all parts ready':>20}"]
    for blow, recoveries in evidence.recoveries.items():
        lines += [f"{blow:<20}{each.first_action:>18.1f} s{each.all_ready:>18.1f} s" for each in recoveries]
    lines.append(
        f"{len(evidence.cases)} cases, {len(evidence.acknowledged)} receipts, {arrived} messages arrived, "
        f"{repeats} repeats under the same key; people told to try again: {evidence.unanswered}; "
        f"workers that left by their own watchdog: {evidence.output.count('自检发现已停止前进')}"
    )
    again = [case.counted_again_at is not None for case in evidence.cases.values()]
    lines.append(
        f"holiday notice: {sum(again)} cases counted again, {len(evidence.late)} dispatched under it; "
        f"ordered {len(evidence.notice.tries)} times: {', '.join(evidence.notice.tries)}"
    )
    return lines
