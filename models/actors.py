"""Who acts: roles, and the actor that every human action carries."""

from enum import StrEnum

from models.base import Value


class Role(StrEnum):
    """What a person is in the procedure (EZ-19, EZ-32, EZ-48)."""

    OFFICER = "officer"
    HOTLINE = "hotline"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """The role in Chinese."""
        return _ROLE_LABELS[self]

    @property
    def is_of_unit(self) -> bool:
        """Whether the role sees only what its own unit handles."""
        return self is Role.OFFICER


_ROLE_LABELS = {
    Role.OFFICER: "整改责任人",
    Role.HOTLINE: "12345话务员",
    Role.SUPERVISOR: "监督人员",
    Role.ADMIN: "管理员",
}


class Actor(Value):
    """The person behind an action, as the directory knows them; only ids, so it may stay in the engine."""

    user: str
    role: Role
    unit: str
