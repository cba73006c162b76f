"""Reads stored ratings: the bad ones whose case is still to be opened, and whom to call about a case.

Decides who gets to see which column: the name and number of an evaluator, or of who reported something, leave through
`evaluator_contact` only. How ratings come in is the business of `adapters.rating_copy`, how reports do that of
`adapters.citizen_reports`.
"""

import re
from collections.abc import Sequence

from sqlalchemy import Connection, text

from adapters.personal import PersonalData, rating_place, report_place
from models.ratings import Complaint, EvaluatorContact, PendingCase, ReviewChannel, SatisfactionLevel
from policy.code_systems import ACTIVE_TAGS
from policy.rating_rules import covered_by

_LONG_NUMBER = re.compile(r"[0-9]{7,17}[0-9Xx]")
"""A telephone or certificate number that somebody wrote into the text."""


def pending_cases(connection: Connection, jurisdiction: str, limit: int) -> list[PendingCase]:
    """Bad ratings whose case has not been opened yet, the earliest evaluation first."""
    found = connection.execute(
        text(
            "select case_no, project_no, assess_number, level, tags, task_code, task_handle_item, task_name, unit,"
            " dept_code, channel, anonymous, assessed_at, handler_no, window_no, staff_level, staff_tags from ratings"
            " where jurisdiction = :jurisdiction and case_state = 'pending' order by assessed_at, case_no limit :limit"
        ),
        {"jurisdiction": jurisdiction, "limit": limit},
    )
    return [
        PendingCase(
            case_no=row.case_no,
            jurisdiction=jurisdiction,
            project_no=row.project_no,
            assess_number=row.assess_number,
            level=SatisfactionLevel(row.level),
            tags=tuple(row.tags.split(",")) if row.tags else (),
            task_code=row.task_handle_item or row.task_code or "",
            task_name=row.task_name or "",
            unit=row.unit,
            dept_code=row.dept_code,
            channel=ReviewChannel(row.channel),
            anonymous=row.anonymous,
            assessed_at=row.assessed_at,
            staff_no=row.handler_no or "",
            window_no=row.window_no or "",
            staff_level=_level(row.staff_level),
            staff_tags=tuple(row.staff_tags.split(",")) if row.staff_tags else (),
        )
        for row in found
    ]


def pending_jurisdictions(connection: Connection) -> list[str]:
    """The jurisdictions that have bad ratings whose case has not been opened yet."""
    found = connection.execute(text("select distinct jurisdiction from ratings where case_state = 'pending'"))
    return sorted(found.scalars())


def mark_opened(connection: Connection, case_nos: Sequence[str]) -> int:
    """Note that these cases are running; how many of them were pending until now. Part of the caller's transaction."""
    done = connection.execute(
        text("update ratings set case_state = 'opened' where case_no = any(:case_nos) and case_state = 'pending'"),
        {"case_nos": list(case_nos)},
    )
    return done.rowcount


def complaint(connection: Connection, case_no: str) -> Complaint:
    """What the evaluator or reporter complained of, for whoever puts it right; numbers in it are masked."""
    row = connection.execute(
        text(
            "select tags, comment, level, theme_name, covered_matters, staff_level, staff_tags from ratings"
            " where case_no = :case_no"
            " union all select null, matter, null, null, null, null, null from citizen_reports where case_no = :case_no"
        ),
        {"case_no": case_no},
    ).one_or_none()
    if row is None:
        return Complaint(reasons=(), text="")
    return Complaint(
        reasons=(*_reasons(row.tags), *(f"{reason}（对工作人员）" for reason in _reasons(row.staff_tags))),
        text=without_long_numbers(row.comment or ""),
        level=_level(row.level),
        staff_level=_level(row.staff_level),
        theme=row.theme_name or "",
        covered=covered_by(row.covered_matters or ""),
    )


def _reasons(tags: str | None) -> list[str]:
    return [ACTIVE_TAGS.get(tag, f"标签 {tag}") for tag in tags.split(",")] if tags else []


def _level(level: int | None) -> SatisfactionLevel | None:
    return None if level is None else SatisfactionLevel(level)


def without_long_numbers(written: str) -> str:
    """A text in which the middle of every telephone or certificate number is masked."""
    return _LONG_NUMBER.sub(_masked, written)


def _masked(number: re.Match[str]) -> str:
    digits = number[0]
    return digits[:3] + "*" * (len(digits) - 5) + digits[-2:]


def evaluator_contact(connection: Connection, personal: PersonalData, case_no: str) -> EvaluatorContact | None:
    """Whom to call about a case: the only way to the evaluator's or reporter's name and number.

    None for an anonymous one, and for a parent case, which nobody brought. Raises BadInput when what is stored cannot
    be opened with this key ring.
    """
    row = connection.execute(
        text(
            "select jurisdiction, project_no, assess_number, user_name, mobile from ratings"
            " where case_no = :case_no and anonymous is not true and (user_name is not null or mobile is not null)"
            " union all select jurisdiction, null, 0, reporter_name, mobile from citizen_reports"
            " where case_no = :case_no and mobile <> ''"
        ),
        {"case_no": case_no},
    ).one_or_none()
    if row is None:
        return None
    if row.project_no is None:
        places = (report_place(case_no, "reporter_name"), report_place(case_no, "mobile"))
    else:
        at = (row.jurisdiction, row.project_no, row.assess_number)
        places = (rating_place(*at, "user_name"), rating_place(*at, "mobile"))
    stored = (row.user_name, row.mobile)
    name, mobile = (personal.open(value, place) if value else "" for value, place in zip(stored, places, strict=True))
    return EvaluatorContact(name=name, mobile=mobile)
