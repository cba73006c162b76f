"""Units and users as the directory has them."""

from models.actors import Role
from models.base import Value


class Unit(Value):
    """A unit (单位): handling, hotline or supervising. `uscc` is its unified social credit code."""

    id: str
    name: str
    uscc: str
    kind: str
    area_code: str


class User(Value):
    """A user: one role in one unit, with the addresses for notices."""

    id: str
    name: str
    role: Role
    unit: str
    mobile: str
    email: str
