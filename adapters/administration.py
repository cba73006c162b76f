"""Changes of the directory, one unit or user at a time, by an administrator.

Decides nothing: what may stand in the directory says `policy.directory`. Each change is a line in the program's log.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, text

from adapters.assignments import open_cases_of
from adapters.directory import Directory
from adapters.sessions import PostgresSessions
from adapters.tables.directory import UNITS, USERS
from models.errors import BadInput
from models.people import Unit, User
from policy.directory import own_change_refusal, unit_fault, user_fault

log = logging.getLogger("haochaping.directory")

_LOCK = text("select pg_advisory_xact_lock(hashtext('directory'))")


@dataclass(frozen=True)
class Administration:
    """The directory as it is changed by hand; two who change it at once do so one after the other."""

    engine: Engine
    people: Directory
    sessions: PostgresSessions
    now: Callable[[], datetime]

    def add_unit(self, unit: Unit, by: str) -> None:
        """A new unit. Raises BadInput."""
        self._put_unit(unit, by, new=True)

    def change_unit(self, unit: Unit, by: str) -> None:
        """Everything but the id of a unit. Raises BadInput."""
        self._put_unit(unit, by, new=False)

    def add_user(self, user: User, by: str) -> None:
        """A new user. Raises BadInput."""
        self._put_user(user, by, new=True)

    def change_user(self, user: User, by: str) -> None:
        """Everything of a user but the id and whether they are disabled. Raises BadInput."""
        self._put_user(user, by, new=False)

    def disable(self, user_id: str, by: str) -> int:
        """Close a user's way in, and every login; how many open cases they are in charge of.

        Raises UnknownUser, or BadInput for one's own.
        """
        self._set_disabled(user_id, by, disabled=True)
        self.sessions.close_all_of(user_id)
        with self.engine.connect() as connection:
            return len(open_cases_of(connection, user_id))

    def enable(self, user_id: str, by: str) -> None:
        """Open it again. Raises UnknownUser."""
        self._set_disabled(user_id, by, disabled=False)

    def _put_unit(self, unit: Unit, by: str, new: bool) -> None:
        with self.engine.begin() as connection:
            connection.execute(_LOCK)
            self.people.forget()
            known = self.people.units()
            _need_new(new, unit.id, [each.id for each in known], "单位")
            if fault := unit_fault(unit, known):
                raise BadInput(fault)
            row = unit.model_dump()
            connection.execute(
                UNITS.insert().values(row) if new else UNITS.update().where(UNITS.c.id == unit.id).values(row)
            )
        self.people.forget()
        log.info("unit %s %s by %s", unit.id, "added" if new else "changed", by)

    def _put_user(self, user: User, by: str, new: bool) -> None:
        with self.engine.begin() as connection:
            connection.execute(_LOCK)
            self.people.forget()
            known = self.people.users()
            _need_new(new, user.id, [each.id for each in known], "用户")
            if fault := user_fault(user, self.people.units(), known):
                raise BadInput(fault)
            if not new and (reason := own_change_refusal(self.people.user(user.id), user, by)):
                raise BadInput(reason)
            row = user.model_dump(exclude={"disabled"})
            connection.execute(
                USERS.insert().values(row) if new else USERS.update().where(USERS.c.id == user.id).values(row)
            )
        self.people.forget()
        log.info("user %s %s by %s: %s of %s", user.id, "added" if new else "changed", by, user.role, user.unit)

    def _set_disabled(self, user_id: str, by: str, disabled: bool) -> None:
        before = self.people.user(user_id)
        if reason := own_change_refusal(before, before.model_copy(update={"disabled": disabled}), by):
            raise BadInput(reason)
        with self.engine.begin() as connection:
            connection.execute(USERS.update().where(USERS.c.id == user_id).values(disabled=disabled))
        self.people.forget()
        log.info("user %s %s by %s", user_id, "disabled" if disabled else "enabled", by)


def _need_new(new: bool, id_: str, known: list[str], what: str) -> None:
    if new and id_ in known:
        raise BadInput(f"{what}编号“{id_}”已经存在，请换一个编号，或从列表中打开修改。")
    if not new and id_ not in known:
        raise BadInput(f"没有编号为“{id_}”的{what}。")
