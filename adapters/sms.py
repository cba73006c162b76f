"""Notices by SMS: the letter's text to the person's mobile number, through an HTTP gateway.

Decides the body that the gateway gets and which recipients cannot be reached. The wire is left to
`adapters.signed_http`, the wording to `adapters.letters`, the addresses to the directory.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from activities.courier import AddressBook, NotWanted, Receipt, Refused
from adapters.letters import LetterError, Letters
from adapters.signed_http import SignedHttp
from models.notices import MAY_BE_REFUSED, TO_EVALUATOR, Message

_MOBILE = re.compile(r"\+?[0-9]{8,15}")


class Links(Protocol):
    """The links that letters to evaluators carry."""

    def link_for(self, message: Message) -> str:
        """The link, the same for the same message; empty when nobody said where people reach the desk."""
        ...


class Wishes(Protocol):
    """What people outside have said about SMS that nothing depends on."""

    def may_message(self, mobile: str) -> bool:
        """Whether the number may get such an SMS; False when its holder has refused them (退订)."""
        ...


@dataclass(frozen=True)
class SmsSender:
    """The SMS channel. A repeat is harmless: the gateway keeps one message per key.

    Without `links` no letter carries one. `receipts_to` says where the gateway may report what became of an SMS; empty,
    or without it, it is not asked to. Without `wishes` nobody can have refused anything.
    """

    gateway: SignedHttp
    letters: Letters
    addresses: AddressBook
    links: Links | None = None
    receipts_to: Callable[[], str] | None = None
    wishes: Wishes | None = None

    async def send(self, message: Message) -> Receipt:
        """Raises Refused for an unknown recipient, one without a usable number, or a letter that cannot be
        written; NotWanted where its kind may be refused and the number's holder has.
        """
        contact = await asyncio.to_thread(self.addresses.lookup, message.recipient)
        if contact is None:
            raise Refused(f"单位目录中没有收件人“{message.recipient}”")
        if contact.mobile is None or not _MOBILE.fullmatch(contact.mobile):
            raise Refused(f"收件人“{message.recipient}”在单位目录中没有可用的手机号码")
        if not await self._is_wanted(message, contact.mobile):
            raise NotWanted("评价人已退订这类短信，按其意愿不发送")
        link = ""
        if self.links is not None and message.kind in TO_EVALUATOR and message.case_no:
            link = await asyncio.to_thread(self.links.link_for, message)
        try:
            text = self.letters.sms(message, link)
        except LetterError as fault:
            raise Refused(str(fault)) from fault
        content = {
            "id": message.key,
            "to": contact.mobile,
            "text": text,
            "recipient": message.recipient,
            "kind": message.kind.value,
            "case_no": message.case_no,
        }
        if self.receipts_to is not None and (address := await asyncio.to_thread(self.receipts_to)):
            content["receipt_to"] = address
        return await self.gateway.post(message.key, content)

    async def _is_wanted(self, message: Message, mobile: str) -> bool:
        if self.wishes is None or message.kind not in MAY_BE_REFUSED:
            return True
        return await asyncio.to_thread(self.wishes.may_message, mobile)
