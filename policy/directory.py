"""Which units and users the directory takes, one at a time, with the sentence for whoever maintains it.

The same rules hold for a directory file as a whole (`adapters.directory`).
"""

import re
from collections.abc import Iterable

from models.actors import Role
from models.people import Unit, User

UNIT_KINDS = {"handling": "承办单位", "hotline": "热线", "supervising": "监督单位"}
"""What a unit is in the procedure."""

NEEDED_ROLES = {
    "handling": (Role.HEAD, Role.OFFICER),
    "hotline": (Role.HOTLINE,),
    "supervising": (Role.SUPERVISOR,),
}
"""Who has to be there for the procedure to go on: in a unit that handles, a responsible leader and a responsible person
(EZ-44, 鄂州政办函〔2020〕27号 四(一)); in an office, somebody who does its work."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
_MOBILE = re.compile(r"1\d{10}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_USCC = re.compile(r"[0-9A-Z]{18}")
_AREA = re.compile(r"\d{6}")
_LONGEST_NAME = 60


def unit_fault(unit: Unit, others: Iterable[Unit]) -> str | None:
    """What is wrong with a unit beside those that there are; None when nothing is."""
    if fault := _id_fault(unit.id, unit.name):
        return fault
    if unit.kind not in UNIT_KINDS:
        return f"单位类型须为{'、'.join(UNIT_KINDS.values())}之一。"
    if not _USCC.fullmatch(unit.uscc):
        return "统一社会信用代码须为 18 位数字和大写字母。"
    if not _AREA.fullmatch(unit.area_code):
        return "行政区划代码须为 6 位数字，如 420700。"
    twin = next((other for other in others if other.uscc == unit.uscc and other.id != unit.id), None)
    return f"统一社会信用代码已由{twin.name}（{twin.id}）使用。" if twin else None


def missing_roles(unit: Unit, users: Iterable[User]) -> tuple[Role, ...]:
    """The roles that the unit needs and nobody active has."""
    there = {user.role for user in users if user.unit == unit.id and not user.disabled}
    return tuple(role for role in NEEDED_ROLES[unit.kind] if role not in there)


def user_fault(user: User, units: Iterable[Unit], others: Iterable[User]) -> str | None:
    """What is wrong with a user beside the units and users that there are; None when nothing is."""
    if fault := _id_fault(user.id, user.name):
        return fault
    if user.unit not in {unit.id for unit in units}:
        return f"用户所属单位“{user.unit}”不在目录中。"
    if user.mobile and not _MOBILE.fullmatch(user.mobile):
        return "手机号须为 11 位数字，用于接收短信；没有时可以留空。"
    if user.email and not _EMAIL.fullmatch(user.email):
        return "邮箱的写法有误，如 name@example.invalid；没有时可以留空。"
    if user.role is Role.CLERK and not user.staff_no:
        return f"{Role.CLERK.label}须填写工号，否则评价无从对应到本人。"
    same = (other for other in others if (other.unit, other.staff_no) == (user.unit, user.staff_no))
    twin = next((other for other in same if user.staff_no and other.id != user.id), None)
    return f"工号 {user.staff_no} 已由{twin.name}（{twin.id}）使用，同一单位内工号不得重复。" if twin else None


def own_change_refusal(before: User, after: User, by: str) -> str | None:
    """Why somebody cannot change this of their own entry; None when they can.

    The last administrator must not lock the door from outside.
    """
    if by == before.id and (after.disabled or (before.role is Role.ADMIN and after.role is not Role.ADMIN)):
        return "不能停用本人，也不能取消本人的管理员角色；请由另一名管理员办理。"
    return None


def _id_fault(id_: str, name: str) -> str | None:
    if not _ID.fullmatch(id_):
        return "编号须为 2 至 40 个小写字母、数字或连字符，以字母或数字开头，如 officer-renshe。"
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        return f"名称须填写，最多 {_LONGEST_NAME} 个字。"
    return None
