"""The pusher's work: take what is due, make records of it, hand them to the platform, write down what became of them.

Decides how many go at once and what a failure means. A platform that is down rests everything, with one record as a
probe after each rest. A batch that is refused as a whole goes again in halves, so that one record that the platform
does not take keeps no other back. A record that changed and then reads as the platform already has it is not
sent. Leases and the table are left to `adapters.push_queue`.

A pusher that dies between handing over and writing down pushes again when its lease has lapsed; the platform keeps one
record per key.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from activities.courier import NotYet, Refused, Unavailable
from activities.push import PushReport
from adapters.courier import utc_now
from adapters.push_queue import Claim, PushQueue
from models.errors import BadInput
from models.pushes import PushAnswer, PushKey, PushRecord
from policy.pushing import due_until

LOOK_EVERY_SECONDS = 1.0
"""How often an idle pusher looks: pushed at once, a record leaves within about this time."""

FIRST_REST_SECONDS = 0.5
LONGEST_REST_SECONDS = 30.0

WAIT_WITHOUT_ANSWER = timedelta(seconds=30)
"""How long a record waits of which the platform said nothing."""

_GONE = "本系统中已没有这条记录，不能推送"

log = logging.getLogger(__name__)


class Receiver(Protocol):
    """The platform; see `adapters.platform.Platform`."""

    async def push(self, records: Sequence[PushRecord]) -> dict[str, PushAnswer]: ...


class Source(Protocol):
    """Makes records; see `adapters.push_records.PushRecords`."""

    def made(self, claims: Sequence[Claim]) -> dict[PushKey, PushRecord]: ...


@dataclass(frozen=True)
class PlatformPusher:
    """Pushes what waits. `batch` records go in one request; with `every`, only what came up before its last full step.

    Raises what the database raises: without it nothing can go.
    """

    queue: PushQueue
    source: Source
    platform: Receiver
    batch: int
    every: timedelta = timedelta(0)
    now: Callable[[], datetime] = utc_now

    async def push(self, stop: asyncio.Event) -> PushReport:
        """Push what is due until `stop` is set."""
        round_ = _Round(self, stop)
        await round_.run()
        return PushReport(accepted=round_.accepted, refused=round_.refused, unanswered=round_.unanswered)


@dataclass
class _Round:
    """One run of the pusher. `failures` in a row say how long it rests, `size` how many records go at once."""

    here: PlatformPusher
    stop: asyncio.Event
    accepted: int = 0
    refused: int = 0
    unanswered: int = 0
    failures: int = 0
    size: int = 0
    last_words: str = ""

    async def run(self) -> None:
        here = self.here
        while not self.stop.is_set():
            now = here.now()
            taken = await asyncio.to_thread(here.queue.take_in, now)
            limit = 1 if self.failures else self.size or here.batch
            claims = await asyncio.to_thread(here.queue.claim, due_until(now, here.every), now, limit)
            if claims:
                await self._send(claims)
            elif not taken:
                await self._pause(LOOK_EVERY_SECONDS)

    async def _send(self, claims: list[Claim]) -> None:
        """Hand over what these claims stand for, and settle each of them."""
        queue, now = self.here.queue, self.here.now
        try:
            records = await asyncio.to_thread(self.here.source.made, claims)
        except BadInput as closed:
            await self._rest(claims, str(closed))
            return
        gone = {claim.key.text: PushAnswer(refused=_GONE) for claim in claims if claim.key not in records}
        same = [claim for claim in claims if claim.key in records and records[claim.key].digest == claim.digest]
        await asyncio.to_thread(queue.settle_unchanged, same, now())
        rest = [claim for claim in claims if claim not in same]
        to_send = [records[claim.key] for claim in rest if claim.key in records]
        try:
            answers = gone | (await self.here.platform.push(to_send) if to_send else {})
        except Refused as refusal:
            if len(rest) > 1:
                log.warning("a batch of %s records goes again in halves: %s", len(rest), refusal)
                self.size = len(rest) // 2
                await asyncio.to_thread(queue.give_back, rest)
                return
            answers = {claim.key.text: PushAnswer(refused=str(refusal)) for claim in rest}
        except (Unavailable, NotYet) as reason:
            await self._rest(rest, str(reason))
            return
        self.failures = 0
        self.size = min(self.here.batch, self.size * 2)
        digests = {record.key.text: record.digest for record in to_send}
        await asyncio.to_thread(queue.settle, rest, answers, digests, now(), WAIT_WITHOUT_ANSWER)
        self._count(rest, answers)

    def _count(self, claims: Sequence[Claim], answers: Mapping[str, PushAnswer]) -> None:
        for claim in claims:
            answer = answers.get(claim.key.text, PushAnswer())
            self.accepted += bool(answer.receipt)
            self.refused += bool(answer.refused)
            self.unanswered += answer == PushAnswer()

    async def _rest(self, claims: Sequence[Claim], why: str) -> None:
        """The platform does not take anything now; everything waits.

        A probe that failed goes behind the others, so that no single record can be what everything waits for.
        """
        if why != self.last_words:
            log.warning("pushing rests: %s", why)
            self.last_words = why
        await asyncio.to_thread(self.here.queue.give_back, claims, why, self.here.now() if self.failures else None)
        self.failures += 1
        await self._pause(min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2 ** min(self.failures - 1, 10)))

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stop.wait(), seconds)
        except TimeoutError:
            return
