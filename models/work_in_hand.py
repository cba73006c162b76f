"""Work that is not in any ledger yet: what somebody has begun to write, and the files that belong to a case."""

from typing import Any

from pydantic import AwareDatetime

from models.actions import Action
from models.base import Value


class Draft(Value):
    """A form that somebody filled in and that has not led to a step yet, by the fields' names.

    `key` is the form's key, so that a form whose answer never came is sent again as the same action. `message` is what
    was sent under it when no answer came, so perhaps it has led to a step after all; None when it was not sent.
    """

    user: str
    case_no: str
    action: Action
    key: str
    fields: dict[str, tuple[str, ...]]
    message: dict[str, Any] | None
    kept_at: AwareDatetime


class Attachment(Value):
    """A file of a case, without its content. `number` counts the files of the case, `size` is in bytes.

    `reference` is what the ledger names it by; a file that no entry names is only its uploader's business.
    """

    id: str
    case_no: str
    number: int
    action: Action
    uploaded_by: str
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: AwareDatetime

    @property
    def reference(self) -> str:
        """附件 1 现场照片.jpg（3f2a9c01）: its number, its name, and the first digits of its digest."""
        return f"{_head(self.number)}{self.name}{_tail(self.sha256)}"


def may_be_named_in(text: str, number: int, sha256: str) -> bool:
    """Whether a text names that file of its case, for those who do not know the file's name; rather yes than no."""
    return _head(number) in text and _tail(sha256) in text


def _head(number: int) -> str:
    return f"附件 {number} "


def _tail(sha256: str) -> str:
    return f"（{sha256[:8]}）"
