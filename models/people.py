"""Units and users as the directory has them."""

from datetime import date

from pydantic import AwareDatetime

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
    """A user: one role in one unit, with the addresses for notices. `staff_no` is the number that ratings name.

    Who is `disabled` can no longer log in, gets no notices and is given no work; what they did keeps their name.
    """

    id: str
    name: str
    role: Role
    unit: str
    mobile: str
    email: str
    staff_no: str = ""
    disabled: bool = False


class Deputy(Value):
    """代理: `deputy` stands in for `absent` from the first to the last day, both included."""

    id: str
    absent: str
    deputy: str
    first_day: date
    last_day: date
    reason: str
    made_by: str
    made_at: AwareDatetime
    ended_at: AwareDatetime | None = None
