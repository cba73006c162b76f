"""The base of every message and value: frozen, and strict about unknown fields on the way in."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A value that never changes after it was made; an unknown field is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
