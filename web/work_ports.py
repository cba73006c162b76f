"""What the pages of a case ask beside the read model: its records, drafts of its forms, its files. Decides nothing."""

from collections.abc import Collection
from typing import Any, Protocol

from models.actions import Action
from models.links import LinkView
from models.notices import MessageRecord
from models.ratings import Complaint
from models.views import EngineHistoryView
from models.work_in_hand import Attachment, Draft


class Records(Protocol):
    """What is kept of a case outside the lists."""

    def complaint(self, case_no: str) -> Complaint:
        """What the evaluator complained of; numbers in the free text are masked."""
        ...

    def links(self, case_no: str) -> list[LinkView]:
        """Records that belong to the case."""
        ...

    def messages(self, case_no: str) -> list[MessageRecord]:
        """The messages that the case's steps decided."""
        ...

    def rated(self, staff_no: str, limit: int) -> list[str]:
        """The numbers of the cases whose rating names that clerk's number, the latest first."""
        ...

    def workflow_url(self, case_no: str) -> str | None:
        """The case on the engine's own screen; None when nobody said where that is."""
        ...

    async def engine_history(self, case_no: str) -> EngineHistoryView:
        """What the engine itself recorded. Raises EngineUnavailable, UnknownCase or BadInput."""
        ...


class Drafts(Protocol):
    """What people have begun to write."""

    def find(self, user: str, case_no: str, action: Action) -> Draft | None:
        """The person's draft for that action, or None."""
        ...

    def of_user(self, user: str) -> list[Draft]:
        """All drafts of a person, the latest first."""
        ...

    def keep(
        self,
        user: str,
        case_no: str,
        action: Action,
        key: str,
        fields: dict[str, tuple[str, ...]],
        message: dict[str, Any] | None = None,
    ) -> None:
        """Keep what was written in the place of what was kept before; `message` is what is being sent now."""
        ...

    def drop(self, user: str, case_no: str, action: Action) -> None:
        """Throw the draft away."""
        ...


class Attachments(Protocol):
    """The files of cases."""

    def add(
        self, case_no: str, action: Action, uploaded_by: str, name: str, media_type: str, content: bytes
    ) -> Attachment:
        """Keep a file that was checked; the same file from the same person for the same action is kept once."""
        ...

    def of_case(self, case_no: str) -> list[Attachment]:
        """All files of a case, also those that no entry names yet."""
        ...

    def content(self, attachment: Attachment) -> bytes:
        """What is in the file. Raises LookupError when it was taken back."""
        ...

    def hold(self, ids: Collection[str]) -> set[str]:
        """Say that these files are about to be sent, so that they are not swept away; those that are still there."""
        ...

    def remove(self, ids: Collection[str], uploaded_by: str) -> None:
        """Take files back that this person brought."""
        ...
