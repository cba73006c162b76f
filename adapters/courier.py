"""The courier's work: take what is due from the outbox, hand it over, write down what became of it.

Decides how many messages go at once, in which order, and what a failure means: a service that is down rests
its whole channel, with one probe after each rest; a message that cannot go yet waits by itself; a refused
one is left to people, and one that its reader does not want is laid aside. Messages of one batch to one
recipient go one after the other in the order in which they were decided. Leases, waiting times and the
table are left to `adapters.outbox`, the wording and the wire to the senders.

A courier that dies between handing over and writing down sends again under the same key when its lease has
lapsed; the receiver keeps one.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from activities.courier import DeliveryReport, NotWanted, NotYet, Receipt, Refused, Sender, Unavailable
from adapters.outbox import Claim
from models.notices import LETTER_CHANNELS, Channel

BATCH = 50
AT_ONCE = 8
LOOK_EVERY_SECONDS = 0.5
"""How often an idle courier looks: a message leaves within about this time."""

FIRST_REST_SECONDS = 0.5
LONGEST_REST_SECONDS = 15.0

SEND_LIMIT = timedelta(seconds=30)
"""No send is begun with less than this left of the lease, and none may take longer."""

log = logging.getLogger(__name__)


class Outbox(Protocol):
    """The table of messages; see `adapters.outbox.PostgresOutbox` for the meaning of each method."""

    def claim_due(self, channel: Channel, now: datetime, limit: int) -> list[Claim]: ...
    def mark_sent(self, claim: Claim, receipt: Receipt, now: datetime) -> None: ...
    def put_off(self, claim: Claim, why: str, now: datetime) -> None: ...
    def mark_dead(self, claim: Claim, why: str) -> None: ...
    def withhold(self, claim: Claim, why: str) -> None: ...
    def release(self, claims: Sequence[Claim]) -> None: ...


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class OutboxCourier:
    """Empties the outbox through one sender per channel. Raises what the outbox raises: without it nothing
    can go.
    """

    outbox: Outbox
    senders: Mapping[Channel, Sender]
    now: Callable[[], datetime] = utc_now
    send_limit: timedelta = SEND_LIMIT

    async def drain(self, channels: Sequence[Channel], stop: asyncio.Event) -> DeliveryReport:
        """Send what is due on these channels until `stop` is set, each channel by itself.

        Raises ValueError for a channel without a sender: its messages would wait for ever.
        """
        if missing := [channel.value for channel in channels if channel not in self.senders]:
            raise ValueError(f"no sender for {', '.join(missing)}")
        rounds = [
            _ChannelRound(channel, self.senders[channel], self.outbox, self.now, self.send_limit, stop)
            for channel in channels
        ]
        try:
            async with asyncio.TaskGroup() as group:
                for one in rounds:
                    group.create_task(one.run())
        except ExceptionGroup as failed:
            raise _first_cause(failed) from failed
        return DeliveryReport(
            sent=sum(one.sent for one in rounds),
            put_off=sum(one.put_off for one in rounds),
            dead=sum(one.dead for one in rounds),
        )


@dataclass
class _ChannelRound:
    """One channel during one run of the courier."""

    channel: Channel
    sender: Sender
    outbox: Outbox
    now: Callable[[], datetime]
    send_limit: timedelta
    stop: asyncio.Event
    sent: int = 0
    put_off: int = 0
    dead: int = 0
    failures: int = 0
    resting: bool = False
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def run(self) -> None:
        while not self.stop.is_set():
            limit = 1 if self.failures else BATCH
            claims = await asyncio.to_thread(self.outbox.claim_due, self.channel, self.now(), limit)
            self.resting = False
            async with asyncio.TaskGroup() as group:
                for line in _lines(claims):
                    group.create_task(self._send_line(line))
            if self.resting:
                self.failures += 1
                await self._pause(min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2 ** (self.failures - 1)))
            elif claims:
                self.failures = 0
            else:
                await self._pause(LOOK_EVERY_SECONDS)

    async def _send_line(self, line: list[Claim]) -> None:
        """Send one line in order; give back the rest when the channel rests or the courier
        leaves.
        """
        for number, claim in enumerate(line):
            async with self.slots:
                late = self.now() + self.send_limit > claim.lease_until
                if self.resting or self.stop.is_set() or late:
                    await asyncio.to_thread(self.outbox.release, line[number:])
                    return
                await self._send(claim)

    async def _send(self, claim: Claim) -> None:
        message = claim.message
        try:
            receipt = await asyncio.wait_for(self.sender.send(claim.outgoing), self.send_limit.total_seconds())
        except Refused as refusal:
            log.warning("message %s is refused: %s", message.key, refusal)
            self.dead += 1
            await asyncio.to_thread(self.outbox.mark_dead, claim, str(refusal))
        except NotWanted as wish:
            await asyncio.to_thread(self.outbox.withhold, claim, str(wish))
        except NotYet as reason:
            self.put_off += 1
            await asyncio.to_thread(self.outbox.put_off, claim, str(reason), self.now())
        except (Unavailable, TimeoutError) as reason:
            if not self.resting:
                log.warning("channel %s rests: %s", self.channel.value, reason)
            self.resting = True
            self.put_off += 1
            why = str(reason) or "对方在规定时间内没有应答"
            await asyncio.to_thread(self.outbox.put_off, claim, why, self.now())
        except Exception as fault:
            log.exception("message %s met a fault of this program", message.key)
            self.put_off += 1
            why = f"程序内部错误（{type(fault).__name__}），请联系维护人员"
            await asyncio.to_thread(self.outbox.put_off, claim, why, self.now())
        else:
            self.sent += 1
            await asyncio.to_thread(self.outbox.mark_sent, claim, receipt, self.now())

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stop.wait(), seconds)
        except TimeoutError:
            return


def _first_cause(failed: BaseException) -> BaseException:
    """What actually went wrong inside nested groups, so that the engine's screen can say it."""
    while isinstance(failed, BaseExceptionGroup):
        failed = failed.exceptions[0]
    return failed


def _lines(claims: Sequence[Claim]) -> list[list[Claim]]:
    """What must go in order: the letters to one person, the reports of one case."""
    lines: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        message = claim.message
        lines[message.recipient if message.channel in LETTER_CHANNELS else message.case_no].append(claim)
    return list(lines.values())
