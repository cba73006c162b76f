"""`starter.py up` as a terminal runs it: started, read, struck, interrupted, started again in the same directory."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

from adapters.settings import PROJECT, ProcessMark, Settings, StackFile
from adapters.stack.parts import PartName
from adapters.stack.ports import PortName
from tests.support.ports import own_block
from tests.support.supervisor_words import stands

_READY_WITHIN = 600.0  # seconds
_END_WITHIN = 300.0


class Stack:
    """The real stack in a directory of its own, on ports that no other stack prefers."""

    def __init__(self, runtime_dir: Path) -> None:
        self.runtime_dir = runtime_dir
        runtime_dir.mkdir()
        # While a part is dead its port is free for anybody: neither another stack nor the kernel may be tempted.
        ports = {name: number for number, name in enumerate(PortName, start=own_block())}
        (runtime_dir / "ports.json").write_text(json.dumps(ports))
        self._output = runtime_dir.with_name("output.txt")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def output(self) -> str:
        """Everything it has printed, over all starts."""
        return self._output.read_text()

    @property
    def record(self) -> StackFile:
        """What it tells other commands."""
        record = StackFile.running(self.runtime_dir)
        assert record is not None, f"no stack runs; it printed:\n{self.output}"
        return record

    @property
    def settings(self) -> Settings:
        """The settings that a command in a second terminal would find."""
        return Settings(runtime_dir=self.runtime_dir).completed_by(self.record)

    def start(self) -> None:
        """`starter.py up`, until its ready line. Blocks."""
        starts = self.output.count("\nready") if self._output.exists() else 0
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "starter.py", "up"],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "HAOCHAPING_RUNTIME_DIR": str(self.runtime_dir)},
            )
        deadline = time.monotonic() + _READY_WITHIN
        while self.output.count("\nready") == starts:
            assert self._process.poll() is None, f"it ended with {self._process.returncode}:\n{self.output}"
            assert time.monotonic() < deadline, f"not ready within {_READY_WITHIN:.0f} s:\n{self.output}"
            time.sleep(0.05)

    def interrupt(self) -> int:
        """Ctrl-C: SIGINT to the whole foreground group; the exit code. Blocks until the end."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGINT)
        return self._process.wait(_END_WITHIN)

    def kill(self, *parts: PartName) -> dict[PartName, ProcessMark]:
        """`kill -9` of parts with all their processes, as close together as can be; what was killed."""
        marks = self.record.parts
        # A postmaster's children would finish what they have in hand; a real crash asks them no more than it.
        for process in [each for part in parts for each in _with_children(marks[part])]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        return {part: marks[part] for part in parts}

    def stop_progress(self, part: PartName) -> ProcessMark:
        """SIGSTOP: it lives, but does nothing any more. Which process that is; blocks until it stands still.

        It may just have left by itself; then its successor is stopped, once that is in its place.
        """
        while True:
            mark = self.record.parts[part]
            if self.stands(part) and mark.alive():
                with suppress(ProcessLookupError):
                    os.kill(mark.pid, signal.SIGSTOP)
                if _stands_still(mark) and self.stands(part):
                    return mark
            time.sleep(0.05)

    def stands(self, part: PartName) -> bool:
        """Whether the part runs, and is back as often as it was lost, by the supervisor's own word."""
        return stands(self.output, part) and self.record.parts[part].alive()

    def log(self, part: PartName) -> str:
        """The part's log since the last start of the stack."""
        return (self.runtime_dir / "logs" / f"{part}.log").read_text(errors="replace")

    def end(self) -> None:
        """Whatever state it is in, nothing of it stays. Blocks."""
        if self._process is None or self._process.poll() is not None:
            return
        supervisor = psutil.Process(self._process.pid)
        family = [supervisor, *supervisor.children(recursive=True)]
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_END_WITHIN)
        except subprocess.TimeoutExpired:
            for process in family:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            self._process.wait()


def _with_children(mark: ProcessMark) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(mark.pid)
        if mark.alive():
            return [parent, *parent.children(recursive=True)]
    return []


def _stands_still(mark: ProcessMark) -> bool:
    """Whether it is stopped; a signal takes a moment."""
    while mark.alive():
        with suppress(psutil.NoSuchProcess):
            if psutil.Process(mark.pid).status() == psutil.STATUS_STOPPED:
                return True
        time.sleep(0.01)
    return False
