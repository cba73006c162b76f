"""What the calendar commands ask for: the calendar in force, the preview of a notice, and putting one in force.

Decides who may order it. Notices are kept by `adapters.holiday_notices`, cases counted by `adapters.recounting`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from adapters.holiday_notices import NoticeFile, NoticeStore, read_notice
from adapters.policies import load_policy
from adapters.recounting import Desk, Progress, apply_notice, preview
from calendars import WorkingCalendar
from models.actors import Actor, Role
from models.calendar_changes import NoticeOrder, Preview, Recounting
from models.errors import ActionRefused

_MAY_ORDER = (Role.SUPERVISOR, Role.ADMIN)


@dataclass(frozen=True)
class CalendarDesk:
    """The calendar commands' side of the database and the engine. `connect` gives the cases' front door."""

    engine: Engine
    now: Callable[[], datetime]
    connect: Callable[[], Awaitable[Desk]]

    def place(self, jurisdiction: str) -> str:
        """The jurisdiction's name. Raises BadInput for an unknown one."""
        return load_policy(jurisdiction).policy.name

    def calendar(self, jurisdiction: str | None) -> WorkingCalendar:
        """The calendar in force now for a jurisdiction, or the national one for None."""
        return NoticeStore(self.engine).calendar(jurisdiction)

    def orders(self, jurisdiction: str | None) -> list[NoticeOrder]:
        """The notices that people put in force while the system ran, oldest first."""
        return NoticeStore(self.engine).orders(jurisdiction)

    def preview(self, path: Path) -> Preview:
        """What the notice in that file would do. Raises NoticeRefused with file and line."""
        return self.preview_file(read_notice(path))

    def preview_file(self, file: NoticeFile) -> Preview:
        """What that notice would do. Raises NoticeRefused with file and line."""
        return preview(self.engine, file, self.now())

    def need_right_to_order(self, actor: Actor) -> None:
        """Raise ActionRefused unless that person may put a notice in force."""
        if actor.role not in _MAY_ORDER:
            may = "、".join(role.label for role in _MAY_ORDER)
            raise ActionRefused(f"施行放假安排须由{may}进行；{actor.user}是{actor.role.label}。什么都没有改变。")

    def apply(self, path: Path, actor: Actor, progress: Progress) -> Recounting:
        """Put the notice in force in that person's name and count all open cases again.

        Raises ActionRefused or NoticeRefused before anything is changed. Calling it again goes on where it stopped.
        """
        self.need_right_to_order(actor)
        return self.apply_file(read_notice(path), actor, progress)

    def apply_file(self, file: NoticeFile, actor: Actor, progress: Progress) -> Recounting:
        """The same with a notice that was read already."""
        self.check(file, actor)

        async def order() -> Recounting:
            return await apply_notice(self.engine, await self.connect(), file, actor, self.now(), progress)

        return asyncio.run(order())

    def check(self, file: NoticeFile, actor: Actor) -> None:
        """Raise ActionRefused or NoticeRefused unless that person may put this notice in force now."""
        self.need_right_to_order(actor)
        # A notice is refused before the engine is asked for anything.
        NoticeStore(self.engine).check(file)
