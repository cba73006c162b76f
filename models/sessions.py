"""A login as the desk knows it."""

from pydantic import AwareDatetime

from models.base import Value
from models.people import User


class Session(Value):
    """A login: who, since when, until when without a further click, and what its forms must carry.

    `token` is the cookie's secret; the database keeps only its digest. `must_change` says that somebody else chose the
    password, so that nothing else is possible before it is changed; `local` that the login was by password at all.
    """

    token: str
    user: User
    csrf: str
    opened_at: AwareDatetime
    ends_at: AwareDatetime
    must_change: bool = False
    local: bool = True
