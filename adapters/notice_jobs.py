"""Putting a holiday notice in force from the desk: counting goes on in a thread while people watch how far it is.

Decides that a job outlives the page that began it, and that one notice has one job at a time. A job that the end of the
process cuts off costs nothing: the notice is in force, and ordering it again goes on where it stopped.
"""

import logging
import threading
from dataclasses import dataclass, field
from hashlib import sha256

from adapters.calendar_desk import CalendarDesk
from adapters.holiday_notices import NoticeFile, notice_of
from calendars import WorkingCalendar
from models.actors import Actor
from models.calendar_changes import NoticeOrder, Preview, Recounting
from models.errors import HaochapingError

log = logging.getLogger("haochaping.notices")


@dataclass
class Job:
    """One recounting. Written by its thread, read by pages."""

    done: int = 0
    planned: int = 0
    result: Recounting | None = None
    refusal: str = ""

    @property
    def is_running(self) -> bool:
        """Whether it goes on."""
        return self.result is None and not self.refusal


@dataclass
class NoticeJobs:
    """The desk's side of the notices."""

    desk: CalendarDesk
    _jobs: dict[str, Job] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def place(self, jurisdiction: str) -> str:
        """The jurisdiction's name. Raises BadInput for an unknown one."""
        return self.desk.place(jurisdiction)

    def calendar(self, jurisdiction: str | None) -> WorkingCalendar:
        """The calendar in force."""
        return self.desk.calendar(jurisdiction)

    def orders(self, jurisdiction: str | None) -> list[NoticeOrder]:
        """The notices that people put in force while the system ran."""
        return self.desk.orders(jurisdiction)

    def preview_text(self, text: str, name: str) -> Preview:
        """What the notice would do. Raises NoticeRefused with file and line."""
        return self.desk.preview_file(notice_of(text, name))

    def start(self, text: str, name: str, actor: Actor) -> str:
        """Begin to put the notice in force; the number of the job, the same one while it runs.

        Raises ActionRefused or NoticeRefused before anything is changed.
        """
        file = notice_of(text, name)
        self.desk.check(file, actor)
        number = sha256(text.encode()).hexdigest()[:16]
        with self._lock:
            standing = self._jobs.get(number)
            if standing is None or not standing.is_running:
                job = self._jobs[number] = Job()
                threading.Thread(target=self._run, args=(job, file, actor), daemon=True).start()
        return number

    def job(self, number: str) -> Job | None:
        """A job of this process."""
        return self._jobs.get(number)

    def _run(self, job: Job, file: NoticeFile, actor: Actor) -> None:
        def progress(done: int, planned: int) -> None:
            job.done, job.planned = done, planned

        try:
            job.result = self.desk.apply_file(file, actor, progress)
        except HaochapingError as error:
            job.refusal = str(error)
        except Exception:
            log.exception("recounting for %s broke off", file.name)
            job.refusal = "重新计算中断了，请把时间告诉管理员；再施行一次同一份通知，会接着做完。"
