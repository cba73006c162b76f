"""The case file (案卷): the engine's full history goes into PostgreSQL when a case has closed.

Temporal deletes closed histories after the namespace's retention; the record has to outlive it. The order
to archive travels through the outbox like a message, so it is retried until it is done.
"""

import gzip
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.dialects.postgresql import insert
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from activities.courier import NotYet, Receipt, Refused, Unavailable
from adapters.tables.cases import CASE_FILES
from models.errors import UnknownCase
from models.notices import Message


@dataclass(frozen=True)
class ArchiveSender:
    """The archive as a channel of the courier."""

    client: Client
    engine: Engine

    async def send(self, message: Message) -> Receipt:
        """Keep the history of a closed case. Raises NotYet while it runs, Refused when the engine has forgotten it."""
        handle = self.client.get_workflow_handle(message.case_no)
        try:
            description = await handle.describe()
            if description.status is WorkflowExecutionStatus.RUNNING:
                raise NotYet("案件尚在收尾，稍后存档")
            history = await self.client.get_workflow_handle(message.case_no, run_id=description.run_id).fetch_history()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise Refused(f"流程引擎中已没有案件 {message.case_no} 的历史，无法存档") from error
            raise Unavailable(f"流程引擎没有应答：{error}") from error
        digest = keep_history(self.engine, message.case_no, description.run_id, history)
        return Receipt(number=digest[:16], payload_digest=digest)


def keep_history(engine: Engine, case_no: str, run_id: str, history: WorkflowHistory) -> str:
    """Keep one run's history; gives the SHA-256 of its JSON (hex). Keeping it again changes nothing."""
    text = json.dumps(json.loads(history.to_json()), ensure_ascii=False, separators=(",", ":")).encode()
    digest = hashlib.sha256(text).hexdigest()
    row: dict[str, Any] = {
        "case_no": case_no,
        "run_id": run_id,
        "events": len(history.events),
        "history": gzip.compress(text, mtime=0),
        "sha256": digest,
        "archived_at": datetime.now(UTC),
    }
    with engine.begin() as connection:
        connection.execute(insert(CASE_FILES).values(row).on_conflict_do_nothing())
    return digest


def load_history(engine: Engine, case_no: str) -> WorkflowHistory:
    """The kept history of a case. Raises UnknownCase when none was kept."""
    query = select(CASE_FILES.c.history).where(CASE_FILES.c.case_no == case_no)
    with engine.connect() as connection:
        packed = connection.execute(query.order_by(CASE_FILES.c.archived_at)).scalars().first()
    if packed is None:
        raise UnknownCase(f"案卷中没有案件 {case_no} 的流程历史。")
    return WorkflowHistory.from_json(case_no, gzip.decompress(packed).decode())
