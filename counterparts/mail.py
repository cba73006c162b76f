"""The mail server: takes any mail on the loopback, keeps it under its `X-Idempotency-Key` or else its
Message-ID.
"""

import asyncio
import hashlib
from email import message_from_bytes
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session

from counterparts.misbehaviour import Misbehaviour, Mode
from counterparts.store import Arrival, Store

PATIENCE_SECONDS = 60.0
"""How long a hanging server hangs; longer than any sender waits."""


class MailServer:
    """An SMTP server on the loopback."""

    def __init__(self, store: Store, misbehaviour: Misbehaviour) -> None:
        self._store = store
        self._misbehaviour = misbehaviour

    async def listen(self, port: int) -> asyncio.Server:
        """Listen on 127.0.0.1:port; 0 takes a free port."""
        loop = asyncio.get_running_loop()
        return await loop.create_server(self._connection, "127.0.0.1", port)

    def _connection(self) -> asyncio.Protocol:
        mode = self._misbehaviour.next("mail")
        if mode is Mode.REFUSE_CONNECTION:
            return _ClosedDoor()
        if mode is Mode.NONSENSE:
            return _Babbler()
        handler = _Handler(self._store, mode)
        return SMTP(handler, hostname="counterparts.invalid", enable_SMTPUTF8=True, loop=asyncio.get_running_loop())


class _Handler:
    """One connection, with the misbehaviour that it meets."""

    def __init__(self, store: Store, mode: Mode | None) -> None:
        self._store = store
        self._mode = mode

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, mail_options: list[str]
    ) -> str:
        if self._mode is Mode.UNAUTHORISED:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if self._mode is Mode.REFUSE:
            return "550 5.1.1 No such mailbox"
        if self._mode is Mode.BUSY:
            return "450 4.2.1 Mailbox busy"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self._mode is Mode.ERROR:
            return "451 4.3.0 Try again later"
        if self._mode is Mode.TIMEOUT:
            await asyncio.sleep(PATIENCE_SECONDS)
            return "451 4.3.0 Too late"
        receipt = await asyncio.to_thread(self._store.keep, _arrival(envelope))
        if self._mode is Mode.HANG_AFTER_ACCEPT:
            await asyncio.sleep(PATIENCE_SECONDS)
        if self._mode is Mode.DROP_AFTER_ACCEPT:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return f"250 OK {receipt}"


class _ClosedDoor(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


class _Babbler(asyncio.Protocol):
    """Answers, but not in SMTP."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"HTTP/1.1 200 OK\r\n\r\n<html>\r\n")
        transport.close()


def _arrival(envelope: Envelope) -> Arrival:
    raw = envelope.original_content or b""
    mail = message_from_bytes(raw, policy=default)
    body = mail.get_body(("plain",))
    return Arrival(
        service="mail",
        key=str(mail["X-Idempotency-Key"] or mail["Message-ID"] or hashlib.sha256(raw).hexdigest()),
        kind=str(mail["X-Notice-Kind"] or ""),
        case_no=str(mail["X-Case-No"] or ""),
        recipient=str(mail["X-Recipient"] or ""),
        address=", ".join(envelope.rcpt_tos),
        subject=str(mail["Subject"] or ""),
        body=str(body.get_content()) if body is not None else "",
        digest=hashlib.sha256(raw).hexdigest(),
    )
