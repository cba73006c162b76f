"""A stack under test: started as a terminal would, read line by line, signalled, and looked at from outside."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg

from adapters.settings import PROJECT, ProcessMark, StackFile
from adapters.stack.parts import PartName
from tests.support.supervisor_words import stands

_PROGRAM = Path(__file__).with_name("stack_process.py")
PATIENCE = 400.0
"""Seconds until something will not come any more: longer than a database may take to be ready."""


def eventually(claim: Callable[[], bool], what: str, within: float = PATIENCE) -> None:
    """Wait until the claim holds; fail with `what` when it does not in time."""
    deadline = time.monotonic() + within
    while not claim():
        assert time.monotonic() < deadline, f"not within {within:.0f} s: {what}"
        time.sleep(0.05)


class RunningStack:
    """One `stack_process.py` in a session of its own, as a terminal's foreground job."""

    def __init__(
        self,
        runtime_dir: Path,
        *arguments: str,
        prefix: list[str] | None = None,
        env: dict[str, str] | None = None,
    ) -> None:
        self.runtime_dir = runtime_dir
        self.output_file = runtime_dir.with_name(f"output-{time.monotonic_ns()}.txt")
        with self.output_file.open("w") as output:
            self.process = subprocess.Popen(
                [*(prefix or []), sys.executable, str(_PROGRAM), *arguments],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={
                    **os.environ,
                    "HAOCHAPING_RUNTIME_DIR": str(runtime_dir),
                    "PYTHONPATH": str(PROJECT),
                    **(env or {}),
                },
            )

    @property
    def output(self) -> str:
        """Everything it has printed."""
        return self.output_file.read_text()

    @property
    def ready_lines(self) -> list[str]:
        """The lines that begin with ready, in any case."""
        return [line for line in self.output.splitlines() if line.lower().startswith("ready")]

    @property
    def record(self) -> StackFile:
        """What it tells other commands."""
        record = StackFile.read(self.runtime_dir)
        assert record is not None, f"no record of a running stack; it printed:\n{self.output}"
        return record

    def wait_ready(self) -> "RunningStack":
        """Wait for the ready line, and the record that goes with it."""
        eventually(
            lambda: bool(self.ready_lines) or self.process.poll() is not None,
            f"ready; it printed:\n{self.output}",
        )
        assert self.ready_lines, f"it ended with {self.process.returncode}:\n{self.output}"
        return self

    def wait_for(self, text: str, count: int = 1) -> None:
        """Wait until it has printed a text so many times."""
        eventually(lambda: self.output.count(text) >= count, f"{text!r}; it printed:\n{self.output}")

    def interrupt(self) -> None:
        """Ctrl-C: SIGINT to the whole process group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def wait_end(self) -> int:
        """Wait for its end; the exit code."""
        return self.process.wait(PATIENCE)

    def strike(self, part: PartName, number: signal.Signals) -> ProcessMark:
        """Signal a part that runs; one that was just replaced by itself is looked up again. The process it hit."""
        while True:
            mark = self.record.parts[part]
            if mark.alive():
                with suppress(ProcessLookupError):
                    os.kill(mark.pid, number)
                    return mark
            time.sleep(0.05)

    def wait_back(self, part: PartName, lost: ProcessMark) -> None:
        """Wait until another process is in that one's place, and the supervisor says that the part is back."""
        eventually(
            lambda: self.record.parts[part] != lost and stands(self.output, part),
            f"{part.label} is back; it printed:\n{self.output}",
        )

    def family(self) -> list[psutil.Process]:
        """It and all its descendants."""
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def notes(self) -> list[str]:
        """What lies in the database."""
        with self._connect() as connection:
            return [note for (note,) in connection.execute("SELECT note FROM notes").fetchall()]

    def note(self, text: str) -> None:
        """Leave something in the database."""
        with self._connect() as connection:
            connection.execute("INSERT INTO notes VALUES (%s)", [text])

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self.record.database_url.replace("+psycopg", ""), connect_timeout=60)


def assert_gone(family: list[psutil.Process]) -> None:
    """Nobody of a family stays (a zombie that nobody reaps does not count).

    A server that had to be killed leaves children, which see it a moment later.
    """
    eventually(lambda: not _remaining(family), f"nobody is left of {family}")


def _remaining(family: list[psutil.Process]) -> list[psutil.Process]:
    return [process for process in family if _runs(process)]


@contextmanager
def stack(
    runtime_dir: Path,
    *arguments: str,
    prefix: list[str] | None = None,
    env: dict[str, str] | None = None,
) -> Iterator[RunningStack]:
    """A stack for the length of a block; whatever happens in it, nothing is left running."""
    running = RunningStack(runtime_dir, *arguments, prefix=prefix, env=env)
    try:
        yield running
    finally:
        family = running.family() if running.process.poll() is None else []
        if running.process.poll() is None:
            running.process.send_signal(signal.SIGTERM)
            try:
                running.process.wait(60)
            except subprocess.TimeoutExpired:
                running.process.kill()
                running.process.wait()
        for process in _remaining(family):
            with suppress(psutil.NoSuchProcess):
                process.kill()


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
