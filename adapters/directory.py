"""The directory of units and users: loaded from a file, read by id, role and unit."""

import time
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy import Engine, select
from sqlalchemy.dialects.postgresql import insert

from activities.courier import Contact
from adapters.tables.directory import UNITS, USERS
from models.actors import Actor, Role
from models.base import Value
from models.errors import BadDirectory, UnknownUser
from models.people import Unit, User


class DirectoryFile(Value):
    """A directory as a file has it."""

    units: tuple[Unit, ...] = Field(min_length=1)
    users: tuple[User, ...] = Field(min_length=1)


def read_directory(path: Path) -> DirectoryFile:
    """Read a directory file (TOML). Raises BadDirectory with what is wrong."""
    try:
        file = DirectoryFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadDirectory(f"单位目录 {path} 无法读取：{error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadDirectory(f"单位目录 {path} 的 {place} 有误：{_what_is_wrong(first)}") from None
    known = {unit.id for unit in file.units}
    lost = sorted({user.unit for user in file.users} - known)
    if lost:
        raise BadDirectory(f"单位目录 {path}：用户所属单位 {'、'.join(lost)} 不在目录中")
    for name, ids in (("单位", [unit.id for unit in file.units]), ("用户", [user.id for user in file.users])):
        twice = sorted({each for each in ids if ids.count(each) > 1})
        if twice:
            raise BadDirectory(f"单位目录 {path}：{name} {'、'.join(twice)} 重复")
    nameless = sorted(user.id for user in file.users if user.role is Role.CLERK and not user.staff_no)
    if nameless:
        raise BadDirectory(
            f"单位目录 {path}：{Role.CLERK.label} {'、'.join(nameless)} 没有工号（staff_no），评价无从对应到本人"
        )
    numbers = Counter((user.unit, user.staff_no) for user in file.users if user.staff_no)
    shared = sorted(f"{unit} 的 {number}" for (unit, number), count in numbers.items() if count > 1)
    if shared:
        raise BadDirectory(f"单位目录 {path}：工号 {'、'.join(shared)} 由多人共用，同一单位内工号不得重复")
    return file


def _what_is_wrong(fault: ErrorDetails) -> str:
    if fault["loc"][-1] == "role" and fault["type"] == "enum":
        return f"没有“{fault['input']}”这个角色，可用的有{'、'.join(f'{role.value}（{role.label}）' for role in Role)}"
    return {"missing": "缺少该项", "extra_forbidden": "不认识的项目"}.get(fault["type"], fault["msg"])


@dataclass
class Directory:
    """The directory in the database. What was read stays in memory for a few seconds, since every step asks."""

    engine: Engine
    keep_seconds: float = 5.0
    _units: dict[str, Unit] = field(default_factory=dict)
    _users: dict[str, User] = field(default_factory=dict)
    _read_at: float | None = None

    def fill(self, file: DirectoryFile) -> None:
        """Add and update units and users; nobody is removed, and who was disabled stays so."""
        with self.engine.begin() as connection:
            for table, rows in ((UNITS, file.units), (USERS, file.users)):
                add = insert(table).values([row.model_dump() for row in rows])
                changed = {column.name: column for column in add.excluded if column.name not in ("id", "disabled")}
                connection.execute(add.on_conflict_do_update(index_elements=["id"], set_=changed))
        self._read_at = None

    def forget(self) -> None:
        """Read everything again when next asked."""
        self._read_at = None

    def actor(self, user_id: str) -> Actor:
        """The user as an actor in the own name. Raises UnknownUser."""
        user = self.user(user_id)
        return Actor(user=user.id, role=user.role, unit=user.unit, staff_no=user.staff_no)

    def by_staff_no(self, unit: str, staff_no: str) -> User | None:
        """The clerk whom ratings of that unit name by that number, or None when the directory has nobody of it."""
        found = (user for user in self.users() if user.unit == unit and user.staff_no == staff_no)
        return next(found, None) if staff_no else None

    def user(self, user_id: str) -> User:
        """One user. Raises UnknownUser with the names of some who exist."""
        self._refresh()
        user = self._users.get(user_id)
        if user is None:
            some = "、".join(sorted(self._users)[:8])
            raise UnknownUser(f"没有名为“{user_id}”的用户。" + (f"目录中有：{some} 等。" if some else "目录还是空的。"))
        return user

    def unit(self, unit_id: str) -> Unit:
        """One unit; one that is not in the directory is shown by its id."""
        self._refresh()
        return self._units.get(unit_id) or Unit(id=unit_id, name=unit_id, uscc="", kind="", area_code="")

    def units(self) -> list[Unit]:
        """All units, by id."""
        self._refresh()
        return [self._units[key] for key in sorted(self._units)]

    def users(self) -> list[User]:
        """All users, by id."""
        self._refresh()
        return [self._users[key] for key in sorted(self._users)]

    def lookup(self, user_id: str) -> Contact | None:
        """The addresses of a user for messages, or None when the directory does not know the user."""
        self._refresh()
        user = self._users.get(user_id)
        return Contact(mobile=user.mobile or None, email=user.email or None) if user is not None else None

    def people(self, role: Role, unit: str) -> list[User]:
        """Everybody of that role who is responsible for a case of that unit: all, except those of other units.

        Who is disabled is responsible for nothing.
        """
        active = [user for user in self.users() if user.role is role and not user.disabled]
        return [user for user in active if not role.is_of_unit or user.unit == unit]

    def _refresh(self) -> None:
        now = time.monotonic()
        if self._read_at is not None and now - self._read_at < self.keep_seconds:
            return
        with self.engine.connect() as connection:
            units = [Unit(**row) for row in connection.execute(select(UNITS)).mappings()]
            users = [User(**row) for row in connection.execute(select(USERS)).mappings()]
        self._units = {unit.id: unit for unit in units}
        self._users = {user.id: user for user in users}
        self._read_at = now
