"""How far long work has come, as a command shows it. Decides nothing else."""

from typing import TextIO


class ProgressLine:
    """One line that is written over on a screen, plain lines elsewhere."""

    def __init__(self, err: TextIO) -> None:
        self._err = err
        self._on_screen = err.isatty()
        self._open = False

    def show(self, line: str) -> None:
        """Say how far it has come."""
        if self._on_screen:
            print(f"\r{line}\x1b[K", end="", file=self._err, flush=True)
            self._open = True
        else:
            print(line, file=self._err, flush=True)

    def end(self) -> None:
        """Leave the line; what is printed next begins a new one."""
        if self._open:
            print(file=self._err)
            self._open = False
