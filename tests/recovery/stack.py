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

from adapters.settings import PROJECT, Settings, StackFile
from adapters.stack.parts import PartName
from adapters.stack.ports import PortName

_READY_WITHIN = 120.0  # seconds
_END_WITHIN = 30.0


class Stack:
    """The real stack in a directory of its own, on ports that no other stack prefers."""

    def __init__(self, runtime_dir: Path) -> None:
        self.runtime_dir = runtime_dir
        runtime_dir.mkdir()
        # While a part is dead its port is free for anybody: neither another stack nor the kernel's own choice
        # (which begins at 32768) may be tempted.
        first = 20000 + os.getpid() % 1000 * 10
        ports = {name: first + number for number, name in enumerate(PortName)}
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

    def kill(self, *parts: PartName) -> None:
        """`kill -9` of parts with all their processes, as close together as can be."""
        processes = [psutil.Process(self.record.parts[part].pid) for part in parts]
        # A postmaster's children would finish what they have in hand; a real crash asks them no more than it.
        for process in [each for parent in processes for each in (parent, *parent.children(recursive=True))]:
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def stop_progress(self, part: PartName) -> None:
        """SIGSTOP: it lives, but does nothing any more."""
        os.kill(self.record.parts[part].pid, signal.SIGSTOP)

    def times_restored(self, part: PartName) -> int:
        """How often the supervisor has said that it brought the part back."""
        return self.output.count(f"{part.label}已恢复")

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
