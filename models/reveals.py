"""Looks at an evaluator's name and number: who, when, of which case, why, and until when it was shown."""

from datetime import timedelta

from pydantic import AwareDatetime

from models.actors import Role
from models.base import Value

SHOWN_FOR = timedelta(minutes=5)
"""How long a reveal shows what it was asked for."""

SHORTEST_PURPOSE = 6
LONGEST_PURPOSE = 200
"""Characters that a typed purpose has at least and at most."""


class Reveal(Value):
    """One look. `place` is where it happened: the desk (`desk`) or the command line (`callback`). `id` grows."""

    id: int
    user_id: str
    role: Role
    unit: str
    case_no: str
    purpose: str
    place: str
    at: AwareDatetime
    until: AwareDatetime
