"""Who acts: roles, and the actor that every human action carries."""

from enum import StrEnum

from models.base import Value


class Role(StrEnum):
    """What a person is in the procedure (EZ-19, EZ-32, EZ-43, EZ-48, GH-08, TA-24, TA-26)."""

    OFFICER = "officer"
    HOTLINE = "hotline"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    CLERK = "clerk"
    HEAD = "head"
    REVIEWER = "reviewer"

    @property
    def label(self) -> str:
        """The role in Chinese."""
        return _ROLE_LABELS[self]

    @property
    def is_of_unit(self) -> bool:
        """Whether the role sees only what its own unit handles."""
        return self in (Role.OFFICER, Role.CLERK, Role.HEAD)


_ROLE_LABELS = {
    Role.OFFICER: "整改责任人",
    Role.HOTLINE: "12345话务员",
    Role.SUPERVISOR: "监督人员",
    Role.ADMIN: "管理员",
    Role.CLERK: "被评价人",
    Role.HEAD: "单位负责人",
    Role.REVIEWER: "申诉复核人员",
}


class Actor(Value):
    """The person behind an action, as the directory knows them; only ids, so it may stay in the engine.

    `acting_for` names the absent colleague whose deputy (代理) the person is, empty when acting as oneself. `staff_no`
    is the number under which ratings name the person.
    """

    user: str
    role: Role
    unit: str
    acting_for: str = ""
    staff_no: str = ""
