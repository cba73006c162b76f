"""Where identifiers are made, each in one function.

An identifier holds nothing personal: it is made of the jurisdiction, the number of the matter and
sequence numbers, and it travels in the open through the engine's screens and logs.
"""

import re
from datetime import date

from models.kinds import CaseSource

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,49}")


def is_safe_number(number: str) -> bool:
    """Whether a case number from outside (办件编号) may become part of an identifier: 1-50 of A-Z a-z 0-9 _ . -"""
    return _SAFE.fullmatch(number) is not None


def case_number(jurisdiction: str, project_no: str, assess_number: int) -> str:
    """The number of a bad-review case, which is also its workflow id.

    The same evaluation always gives the same number, so a second import or a second start is the same case.
    Raises ValueError when `project_no` is not safe to be shown in the open.
    """
    if not is_safe_number(project_no):
        raise ValueError(f"not a safe case number: {project_no!r}")
    return f"{jurisdiction}-{project_no}-{assess_number}"


def invitation_id(jurisdiction: str, project_no: str) -> str:
    """The id of the workflow that invites to rate a matter; the same matter always has the same one.

    Raises ValueError when `project_no` is not safe to be shown in the open.
    """
    if not is_safe_number(project_no):
        raise ValueError(f"not a safe case number: {project_no!r}")
    return f"{jurisdiction}-{project_no}-invitation"


_REPORTS = {
    CaseSource.HOTLINE: "H",
    CaseSource.UNRESOLVED_WINDOW: "W",
    CaseSource.PETITION: "P",
    CaseSource.MAILBOX: "M",
    CaseSource.MESSAGE_BOARD: "B",
    CaseSource.SHORT_VIDEO: "V",
    CaseSource.QUESTIONNAIRE: "Q",
    CaseSource.SAMPLE_CALLBACK: "S",
}
"""With which letter the number of a report begins; each source counts for itself."""


def report_stem(source: CaseSource, day: date) -> str:
    """What the numbers of all reports of a source on a day begin with, e.g. H20261121-"""
    return f"{_REPORTS[source]}{day:%Y%m%d}-"


def report_number(source: CaseSource, day: date, count: int) -> str:
    """The number of a report, e.g. H20261121-0001; within its jurisdiction."""
    return f"{report_stem(source, day)}{count:04d}"


def task_id(case_no: str, seq: int, kind: str, unit: str | None = None) -> str:
    """The id of the task of one kind that step `seq` opened, for one unit where several get one."""
    return f"{case_no}/{seq}/{kind}" + (f"/{unit}" if unit else "")
