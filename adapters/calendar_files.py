"""Reads the holiday notices that ship with the project, and a jurisdiction's local ones, into a calendar.

The national notices lie in `calendars/notices/`, the local ones of a jurisdiction, where it has any, in
`jurisdictions/<id>/holidays/`, both in the form that `calendars.notices` reads. What they mean together is
decided in `calendars.working`.
"""

import re
from functools import cache
from pathlib import Path

from calendars import Notice, NoticeRefused, UnknownJurisdiction, WorkingCalendar, parse_notice

_ROOT = Path(__file__).resolve().parent.parent
_NATIONAL = _ROOT / "calendars" / "notices"
_JURISDICTIONS = _ROOT / "jurisdictions"


@cache
def load_calendar(jurisdiction: str | None = None) -> WorkingCalendar:
    """The calendar of a jurisdiction, or the national one for None.

    Raises UnknownJurisdiction for an id without a folder, NoticeRefused for a file that cannot be taken.
    """
    notices = _read_folder(_NATIONAL)
    if jurisdiction is not None:
        notices += _read_local(_folder_of(jurisdiction) / "holidays")
    return WorkingCalendar(notices)


def _folder_of(jurisdiction: str) -> Path:
    folder = _JURISDICTIONS / jurisdiction
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", jurisdiction) or not folder.is_dir():
        known = sorted(path.parent.name for path in _JURISDICTIONS.glob("*/policy.toml"))
        raise UnknownJurisdiction(f"没有名为“{jurisdiction}”的地区，可用的地区：{'、'.join(known)}")
    return folder


def _read_local(folder: Path) -> list[Notice]:
    notices = _read_folder(folder) if folder.is_dir() else []
    for notice in notices:
        if notice.area is None:
            raise NoticeRefused(f"{notice.label}放在地方目录中，必须写明 area（适用地区）")
    return notices


def _read_folder(folder: Path) -> list[Notice]:
    return [parse_notice(_read(path), path.name) for path in sorted(folder.glob("*.toml"))]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise NoticeRefused(f"{path.name}：文件编码必须是 UTF-8") from error
