"""Accounts and refused requests as lists show them."""

from pydantic import AwareDatetime

from models.base import Value
from models.people import User


class AccountView(Value):
    """A user and their local account: whether it has a password, whether it waits for a change, is locked for now.

    `changed_by` says who gave the password, empty without one; `seen_at` is the last click in a login that has not
    ended.
    """

    user: User
    has_password: bool
    must_change: bool
    changed_by: str
    locked: bool
    seen_at: AwareDatetime | None


class Refusal(Value):
    """Somebody asked for what is not theirs. Empty user, role and unit: nobody was logged in. `id` grows with time."""

    id: int
    at: AwareDatetime
    user_id: str
    role: str
    unit: str
    address: str
    method: str
    path: str
    status: int
    reason: str


class Proven(Value):
    """Who somebody has proved to be elsewhere, by the user's id, and where they wanted to go."""

    user_id: str
    next_page: str
