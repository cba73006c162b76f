"""Whether a year's import disturbs the cases: `python -m bench.import_beside_cases [RATINGS]`, 5,000,000 by default.

Signs cases off through the API of a whole running stack: before, while and after a file of good ratings is imported by
a command beside it, the same number each time. Figures are medians of what one sign-off takes, from the request to the
answer that its step is recorded.
"""

import argparse
import csv
import http.client
import json
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from adapters.settings import PROJECT
from bench.import_ratings import DEPARTMENT, good_ratings
from bench.running_stack import environment, running_stack, starter, token

RATINGS = 5_000_000
SIGNED_IN_A_PHASE = 100
OFFICER = "officer-renshe"
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
            desk = http.client.HTTPConnection(urlsplit(stack.desk_url).netloc, timeout=120)
            secret = token(folder, OFFICER, "cases:act")
            before = [_signed(desk, secret, case_no) for case_no in cases[:SIGNED_IN_A_PHASE]]
            during, seconds = _while_importing(folder, many, desk, secret, cases[SIGNED_IN_A_PHASE:-SIGNED_IN_A_PHASE])
            after = [_signed(desk, secret, case_no) for case_no in cases[-SIGNED_IN_A_PHASE:]]
    quiet = before + after
    print(
        f"exact: a sign-off while {ratings:,} ratings are imported ({ratings / seconds:,.0f} rows/s):"
        f" {_said(during)}, before and after {_said(quiet)}, {median(during) / median(quiet):.2f} times"
        f" (before beside after {median(before) / median(after):.2f}; {len(during)} during, {len(quiet)} without)"
    )


def _while_importing(
    folder: Path, many: Path, desk: http.client.HTTPConnection, secret: str, cases: list[str]
) -> tuple[list[float], float]:
    """Sign off while the import runs, and never afterwards; how long each took, and how long the import took."""
    begins = time.monotonic()
    command = [sys.executable, "starter.py", "import", str(many), "--jurisdiction", "ezhou"]
    took: list[float] = []
    with subprocess.Popen(command, cwd=PROJECT, env=environment(folder), stdout=subprocess.DEVNULL) as importing:
        for case_no in cases:
            seconds = _signed(desk, secret, case_no)
            if importing.poll() is not None:
                break
            took.append(seconds)
        assert importing.wait() == 0
    assert took, "the import was over before a case was signed for: give it more ratings"
    return took, time.monotonic() - begins


def _signed(desk: http.client.HTTPConnection, secret: str, case_no: str) -> float:
    """Seconds of one sign-off."""
    time.sleep(_PAUSE)
    begins = time.perf_counter()
    desk.request(
        "POST",
        f"/api/v1/cases/{case_no}/actions/sign_off",
        "{}",
        {
            "Authorization": f"Bearer {secret}",
            "Idempotency-Key": uuid.uuid4().hex,
            "Content-Type": "application/json",
        },
    )
    answer = desk.getresponse()
    said = json.loads(answer.read())
    assert answer.status == http.HTTPStatus.OK, said
    return time.perf_counter() - begins


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
