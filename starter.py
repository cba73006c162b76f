"""The command line's door: hands the commands what they need (`commands`), and leaves no traceback in the terminal.

What there is to say stands in `cli`.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent

if __name__ == "__main__" and sys.prefix == sys.base_prefix and (PROJECT / ".venv/bin/python").exists():
    # Started with the system's Python: the project's own has the dependencies.
    os.execv(PROJECT / ".venv/bin/python", [str(PROJECT / ".venv/bin/python"), *sys.argv])


def main(arguments: list[str]) -> int:
    """Run one command; the exit code."""
    from cli.app import Exit
    from cli.app import main as run_command
    from commands import Commands

    try:
        return run_command(arguments, Commands(), sys.stdout, sys.stderr)
    except BrokenPipeError:
        # Whoever read our output (`| head`) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except Exception as error:
        return _our_mistake(error)


def _our_mistake(error: Exception) -> int:
    """Say it in a sentence and keep the traceback for whoever can repair it."""
    import traceback

    from adapters.settings import Settings

    log = Settings.load().runtime_dir / "logs" / "commands.log"
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
        print(datetime.now(UTC).isoformat(), sys.argv[1:2], file=file)
        traceback.print_exception(error, file=file)
    kind = type(error).__name__
    print(f"程序出错了（{kind}），这不是您的操作问题。详情已写入 {log}，请交给管理员。", file=sys.stderr)
    return os.EX_SOFTWARE


def _leave(code: Any) -> None:
    """End at once: what the engine's client keeps running must not hold or break the end of the process."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass
    os._exit(code)


if __name__ == "__main__":
    _leave(main(sys.argv[1:]))
