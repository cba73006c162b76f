"""Whether a year's import disturbs the cases: `python -m bench.import_beside_cases [RATINGS]`, 5,000,000 by default.

Signs cases off through the API of a whole running stack: before, while and after a file of good ratings is imported by
a command beside it, the same number each time. Figures are medians of what one sign-off takes, from the request to the
answer that its step is recorded.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from statistics import median

import requests

from adapters.settings import PROJECT
from bench.import_ratings import DEPARTMENT, good_ratings
from bench.running_stack import environment, running_stack, starter, token

RATINGS = 5_000_000
SIGNED_IN_A_PHASE = 100
OFFICER = "officer-renshe"
_PATIENCE = 120  # seconds
_PAUSE = 0.1  # seconds between two sign-offs: a unit at work, not a load test


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.import_beside_cases", description=__doc__)
    parser.add_argument("ratings", nargs="?", type=int, default=RATINGS, help="how many good ratings are imported")
    ratings: int = parser.parse_args().ratings
    with tempfile.TemporaryDirectory(prefix="haochaping-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root the database runs as another user, who has to come through here
        many = good_ratings(folder / "many.csv", ratings)
        with running_stack(folder) as stack:
            cases = _cases(folder)
            addresses = [f"{stack.desk_url}/api/v1/cases/{case_no}" for case_no in cases]
            desk = requests.Session()
            desk.headers["Authorization"] = f"Bearer {token(folder, OFFICER, 'cases:act')}"
            before = [_signed(desk, case) for case in addresses[:SIGNED_IN_A_PHASE]]
            during, seconds = _while_importing(folder, many, desk, addresses[SIGNED_IN_A_PHASE:-SIGNED_IN_A_PHASE])
            after = [_signed(desk, case) for case in addresses[-SIGNED_IN_A_PHASE:]]
    quiet = before + after
    print(
        f"exact: a sign-off while {ratings:,} ratings are imported ({ratings / seconds:,.0f} rows/s):"
        f" {_said(during)}, before and after {_said(quiet)}, {median(during) / median(quiet):.2f} times"
        f" (before beside after {median(before) / median(after):.2f}; {len(during)} during, {len(quiet)} without)"
    )


def _while_importing(folder: Path, many: Path, desk: requests.Session, cases: list[str]) -> tuple[list[float], float]:
    """Sign off while the import runs, and never afterwards; how long each took, and how long the import took."""
    begins = time.monotonic()
    command = [sys.executable, "starter.py", "import", str(many), "--jurisdiction", "ezhou"]
    took: list[float] = []
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as importing:
        for case in cases:
            seconds = _signed(desk, case)
            if importing.poll() is not None:
                break
            took.append(seconds)
        assert importing.wait() == 0
    assert took, "the import was over before a case was signed for: give it more ratings"
    return took, time.monotonic() - begins


def _signed(desk: requests.Session, case: str) -> float:
    """Seconds of one sign-off; `case` is its address."""
    time.sleep(_PAUSE)
    begins = time.perf_counter()
    answer = desk.post(
        f"{case}/actions/sign_off", json={}, headers={"Idempotency-Key": uuid.uuid4().hex}, timeout=_PATIENCE
    )
    seconds = time.perf_counter() - begins
    assert answer.ok, answer.text
    return seconds


def _cases(folder: Path) -> list[str]:
    """Open cases of one unit, three phases' worth; their numbers."""
    path, numbers = folder / "bad.csv", [f"BAD{number:06d}" for number in range(3 * SIGNED_IN_A_PHASE)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["projectNo", "assessNumber", "satisfaction", "pf", "assessTime", "evalDetail", "anonymityFlag", "deptCode"]
        )
        for number in numbers:
            writer.writerow((number, 1, 2, 4, "2026-09-16 10:00:00", 214, 1, DEPARTMENT))
    starter(folder, "import", str(path), "--jurisdiction", "ezhou")
    return [f"ezhou-{number}-1" for number in numbers]


def _said(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return f"{median(ordered) * 1000:.0f} ms (p95 {ordered[len(ordered) * 95 // 100] * 1000:.0f} ms)"


if __name__ == "__main__":
    main()
