"""The whole stack as `make up` starts it, in a folder of its own, with the sample's people."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.settings import PROJECT, StackFile

_START = 120  # seconds
_GRACE = 60  # seconds


@contextmanager
def running_stack(folder: Path) -> Iterator[StackFile]:
    """Its addresses while the block runs; the sample's directory is loaded."""
    with (
        (folder / "up.log").open("w", encoding="utf-8") as log,
        subprocess.Popen(
            [sys.executable, "starter.py", "up"], cwd=PROJECT, env=environment(folder), stdout=log, stderr=log
        ) as up,
    ):
        try:
            stack = _ready(folder, up)
            starter(folder, "directory", "load", "samples/directory.toml")
            yield stack
        finally:
            up.terminate()
            up.wait(_GRACE)


def starter(folder: Path, *words: str) -> str:
    """What a command of the terminal prints. Ends the measurement with its words when it fails."""
    command = [sys.executable, "starter.py", *words]
    done = subprocess.run(command, cwd=PROJECT, env=environment(folder), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(words)}: {done.stderr}")
    return done.stdout


def token(folder: Path, user: str, scope: str) -> str:
    """A token for a user, made as docs/api.md says."""
    words = ["token", "add", "--name", "bench", "--for", user, "--scope", scope, "--days", "1", "--as", "admin-01"]
    return starter(folder, *words).splitlines()[-1].strip()


def environment(folder: Path) -> dict[str, str]:
    """The environment of a program that belongs to the stack in that folder."""
    return {**os.environ, "HAOCHAPING_RUNTIME_DIR": str(folder)}


def _ready(folder: Path, up: "subprocess.Popen[bytes]") -> StackFile:
    until = time.monotonic() + _START
    while (stack := StackFile.running(folder)) is None or not stack.ready:
        if up.poll() is not None or time.monotonic() > until:
            raise SystemExit(f"the stack did not start:\n{(folder / 'up.log').read_text(encoding='utf-8')}")
        time.sleep(0.2)
    return stack
