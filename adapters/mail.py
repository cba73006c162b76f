"""Notices by mail: the letter's subject and body over SMTP.

Decides the headers and what the server's answers mean. SMTP has no idempotency key of its own, so the key
travels twice: in `X-Idempotency-Key`, and as a digest in `Message-ID`, by which mail systems fold repeats of
one message.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from email.charset import BASE64, SHORTEST, Charset
from email.header import Header
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr, parseaddr

import aiosmtplib

from activities.courier import AddressBook, NotYet, Receipt, Refused, Unavailable
from adapters.letters import LetterError, Letters
from models.notices import Message

TIMEOUT_SECONDS = 10.0

_UNFOLDED = compat32.clone(max_line_length=998)
"""The key stays on the line of its header; the encoded subject folds itself."""

_UTF8 = Charset("utf-8")
_UTF8.header_encoding, _UTF8.body_encoding = SHORTEST, BASE64
"""Named here: a library may change what "utf-8" means for the whole process, and a repeat has to be the same mail."""

_PERMANENT = range(500, 600)


@dataclass(frozen=True)
class MailSender:
    """The mail channel. With `username` empty nobody logs in; TLS from the start with `use_tls`, else
    STARTTLS is taken when the server offers it.
    """

    host: str
    port: int
    sender: str
    letters: Letters
    addresses: AddressBook
    username: str = ""
    password: str = ""
    use_tls: bool = False
    timeout: float = TIMEOUT_SECONDS

    async def send(self, message: Message) -> Receipt:
        """Raises Refused for an unknown recipient, an address that the server rejects for good, or a letter
        that cannot be written; NotYet for an address that cannot be served now; Unavailable for everything
        else.
        """
        contact = await asyncio.to_thread(self.addresses.lookup, message.recipient)
        if contact is None:
            raise Refused(f"单位目录中没有收件人“{message.recipient}”")
        if not contact.email or "@" not in parseaddr(contact.email)[1]:
            raise Refused(f"收件人“{message.recipient}”在单位目录中没有可用的邮箱地址")
        raw = self.compose(message, contact.email)
        try:
            answer = await self._hand_over(raw, contact.email)
        except aiosmtplib.SMTPRecipientsRefused as refusal:
            raise _recipient_refused(refusal) from refusal
        except aiosmtplib.SMTPAuthenticationError as refusal:
            raise Unavailable(f"邮件服务器不接受登录（{refusal.code}），请检查用户名和密码设置") from refusal
        except aiosmtplib.SMTPDataError as refusal:
            raise _data_refused(refusal) from refusal
        except aiosmtplib.SMTPResponseException as refusal:
            raise Unavailable(f"邮件服务器暂时不能接收（{refusal.code}）") from refusal
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as failure:
            raise Unavailable(f"邮件服务器连接失败（{type(failure).__name__}），请检查地址和网络") from failure
        return Receipt(
            number=answer or message_id(message.key, self.sender),
            payload_digest=hashlib.sha256(raw).hexdigest(),
        )

    def compose(self, message: Message, to: str) -> bytes:
        """The mail as it goes over the wire; the same message always gives the same bytes."""
        try:
            letter = self.letters.mail(message)
        except LetterError as fault:
            raise Refused(str(fault)) from fault
        mail = MIMEText(letter.body, "plain", _UTF8)  # type: ignore[arg-type]  # the stubs know a charset's name only
        mail["Subject"] = Header(letter.subject, _UTF8, header_name="Subject").encode()
        mail["From"] = formataddr(parseaddr(self.sender), charset=_UTF8)
        mail["To"] = to
        mail["Date"] = format_datetime(message.created_at)
        mail["Message-ID"] = message_id(message.key, self.sender)
        mail["X-Idempotency-Key"] = message.key
        mail["X-Recipient"] = message.recipient
        mail["X-Notice-Kind"] = message.kind.value
        mail["X-Case-No"] = message.case_no
        mail["Auto-Submitted"] = "auto-generated"
        return mail.as_bytes(policy=_UNFOLDED)

    async def _hand_over(self, raw: bytes, to: str) -> str:
        _, answer = await aiosmtplib.send(
            raw,
            sender=parseaddr(self.sender)[1],
            recipients=[parseaddr(to)[1]],
            hostname=self.host,
            port=self.port,
            username=self.username or None,
            password=self.password or None,
            use_tls=self.use_tls,
            timeout=self.timeout,
        )
        return answer.splitlines()[0] if answer else ""


def message_id(key: str, sender: str) -> str:
    """The Message-ID of a key: always the same, and safe for the header whatever the key holds."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def _recipient_refused(refusal: aiosmtplib.SMTPRecipientsRefused) -> Exception:
    code = refusal.recipients[0].code
    if code in _PERMANENT:
        return Refused(f"邮件服务器拒收该邮箱地址（{code}）")
    return NotYet(f"该邮箱暂时不能接收（{code}）")


def _data_refused(refusal: aiosmtplib.SMTPDataError) -> Exception:
    if refusal.code in _PERMANENT:
        return Refused(f"邮件服务器拒收这封邮件（{refusal.code}）")
    return Unavailable(f"邮件服务器暂时不能接收（{refusal.code}）")
