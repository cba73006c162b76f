"""Drafts and files in PostgreSQL, closed with this installation's keys (`adapters.personal`).

Decides that a person has one draft for an action in a case, that the files of a case are numbered one after the other,
and that only whoever brought a file can take it back. Which files are taken says `casework.files`; whether a file
belongs to the record says the ledger; what nobody sends any more goes by `adapters.abandoned`.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, RowMapping, and_, case, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.abandoned import sweep
from adapters.personal import PersonalData, attachment_place, draft_place
from adapters.tables.work_in_hand import ATTACHMENTS, DRAFTS
from models.actions import Action
from models.work_in_hand import Attachment, Draft

_LOCK = text("select pg_advisory_xact_lock(hashtext('attachments'), hashtext(:case_no))")
_SHOWN = tuple(ATTACHMENTS.c[name] for name in Attachment.model_fields)


@dataclass(frozen=True)
class PostgresDrafts:
    """What people have begun to write."""

    engine: Engine
    personal: PersonalData
    now: Callable[[], datetime]

    def find(self, user: str, case_no: str, action: Action) -> Draft | None:
        """The person's draft for that action, or None."""
        with self.engine.connect() as connection:
            row = connection.execute(select(DRAFTS).where(_of(user, case_no, action))).mappings().one_or_none()
        if row is None:
            return None
        return self._opened(row)

    def keep(
        self,
        user: str,
        case_no: str,
        action: Action,
        key: str,
        fields: dict[str, tuple[str, ...]],
        message: dict[str, Any] | None = None,
    ) -> None:
        """Keep what was written; it takes the place of what was kept before.

        `message` is what is being sent now; what was sent under the same key before is not forgotten.
        """
        row = {
            "user_id": user,
            "case_no": case_no,
            "action": action,
            "key": key,
            "fields": self._closed(fields, user, case_no, action, "fields"),
            "message": None if message is None else self._closed(message, user, case_no, action, "message"),
            "kept_at": self.now(),
        }
        add = upsert(DRAFTS).values(row)
        sent_before = case((DRAFTS.c.key == add.excluded.key, DRAFTS.c.message))
        changed = {name: add.excluded[name] for name in ("key", "fields", "kept_at")}
        with self.engine.begin() as connection:
            connection.execute(
                add.on_conflict_do_update(
                    index_elements=["user_id", "case_no", "action"],
                    set_={**changed, "message": func.coalesce(add.excluded.message, sent_before)},
                )
            )
        sweep(self.engine, self.now())

    def drop(self, user: str, case_no: str, action: Action) -> None:
        """Throw the draft away; does nothing when there is none."""
        with self.engine.begin() as connection:
            connection.execute(delete(DRAFTS).where(_of(user, case_no, action)))

    def of_user(self, user: str) -> list[Draft]:
        """All drafts of a person, the latest first."""
        query = select(DRAFTS).where(DRAFTS.c.user_id == user).order_by(DRAFTS.c.kept_at.desc())
        with self.engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return [self._opened(row) for row in rows]

    def _closed(self, value: Mapping[str, Any], user: str, case_no: str, action: str, column: str) -> str:
        return self.personal.close(json.dumps(value, ensure_ascii=False), draft_place(user, case_no, action, column))

    def _opened(self, row: RowMapping) -> Draft:
        user, case_no, action = row["user_id"], row["case_no"], row["action"]

        def opened(column: str) -> Any:
            stored = row[column]
            if stored is None:
                return None
            return json.loads(self.personal.open(stored, draft_place(user, case_no, action, column)))

        return Draft(
            user=user,
            case_no=case_no,
            action=action,
            key=row["key"],
            fields=opened("fields"),
            message=opened("message"),
            kept_at=row["kept_at"],
        )


@dataclass(frozen=True)
class PostgresAttachments:
    """The files of cases."""

    engine: Engine
    personal: PersonalData
    now: Callable[[], datetime]

    def add(
        self, case_no: str, action: Action, uploaded_by: str, name: str, media_type: str, content: bytes
    ) -> Attachment:
        """Keep a file that was checked. The same content from the same person for the same action is kept once."""
        digest = hashlib.sha256(content).hexdigest()
        its_own = and_(_by(case_no, action, uploaded_by), ATTACHMENTS.c.sha256 == digest)
        with self.engine.begin() as connection:
            connection.execute(_LOCK, {"case_no": case_no})
            same = map(self._opened, connection.execute(select(*_SHOWN).where(its_own)).mappings())
            if (known := next((each for each in same if each.name == name), None)) is not None:
                return known
            last = select(func.coalesce(func.max(ATTACHMENTS.c.number), 0)).where(ATTACHMENTS.c.case_no == case_no)
            made = Attachment(
                id=secrets.token_hex(16),
                case_no=case_no,
                number=connection.execute(last).scalar_one() + 1,
                action=action,
                uploaded_by=uploaded_by,
                name=name,
                media_type=media_type,
                size=len(content),
                sha256=digest,
                uploaded_at=self.now(),
            )
            closed = {
                "name": self.personal.close(name, attachment_place(made.id, "name")),
                "content": self.personal.close_file(content, attachment_place(made.id, "content")),
                "unsent_since": made.uploaded_at,
            }
            connection.execute(insert(ATTACHMENTS).values(made.model_dump() | closed))
        sweep(self.engine, self.now())
        return made

    def of_case(self, case_no: str) -> list[Attachment]:
        """All files of a case by number, also those that no entry names yet."""
        query = select(*_SHOWN).where(ATTACHMENTS.c.case_no == case_no).order_by(ATTACHMENTS.c.number)
        with self.engine.connect() as connection:
            return [self._opened(row) for row in connection.execute(query).mappings()]

    def content(self, attachment: Attachment) -> bytes:
        """What is in the file. Raises LookupError when it was taken back meanwhile."""
        with self.engine.connect() as connection:
            found = connection.execute(
                select(ATTACHMENTS.c.content).where(ATTACHMENTS.c.id == attachment.id)
            ).scalar_one_or_none()
        if found is None:
            raise LookupError(f"attachment {attachment.id} is gone")
        return self.personal.open_file(bytes(found), attachment_place(attachment.id, "content"))

    def hold(self, ids: Collection[str]) -> set[str]:
        """Keep the sweep away from files that are about to be sent; those of them that are there."""
        if not ids:
            return set()
        unsent = case((ATTACHMENTS.c.unsent_since.is_not(None), self.now()))
        held = update(ATTACHMENTS).where(ATTACHMENTS.c.id.in_(list(ids))).values(unsent_since=unsent)
        with self.engine.begin() as connection:
            return set(connection.execute(held.returning(ATTACHMENTS.c.id)).scalars())

    def remove(self, ids: Collection[str], uploaded_by: str) -> None:
        """Take files back that this person brought; that no entry names them the caller has made sure of."""
        its_own = and_(ATTACHMENTS.c.id.in_(list(ids)), ATTACHMENTS.c.uploaded_by == uploaded_by)
        with self.engine.begin() as connection:
            connection.execute(delete(ATTACHMENTS).where(its_own))

    def _opened(self, row: RowMapping) -> Attachment:
        name = self.personal.open(row["name"], attachment_place(row["id"], "name"))
        return Attachment(**{**row, "name": name})


def _of(user: str, case_no: str, action: Action) -> ColumnElement[bool]:
    return and_(DRAFTS.c.user_id == user, DRAFTS.c.case_no == case_no, DRAFTS.c.action == action)


def _by(case_no: str, action: Action, user: str) -> ColumnElement[bool]:
    return and_(ATTACHMENTS.c.case_no == case_no, ATTACHMENTS.c.action == action, ATTACHMENTS.c.uploaded_by == user)
