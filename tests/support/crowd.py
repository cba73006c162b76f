"""A crowd of people who act on many cases at once, each action under a key of its own.

Decides who acts when: every free person takes any case that waits, makes its next move and puts it back, so that all
cases are on their way together and stand in different stages. A person to whom the engine does not answer, or who is
asked to come back in a moment, tries again under the same key, as they are told to. Leaves to others: what is done to
the system meanwhile, and the judgement of what came of it.
"""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.actions import MESSAGES, Action, HumanAction, Receipt
from models.actors import Actor
from models.case import CaseClass, Ending
from models.errors import ActionRefused, EngineUnavailable, HaochapingError, RefusedForNow
from workflows.client import CaseDesk

DOUBLE_CLICK = 10
"""Every tenth action is sent twice at once, over two connections, under one key."""


@dataclass(frozen=True)
class Act:
    """One action of one person, by the user's id in the directory."""

    user: str
    action: Action
    details: Mapping[str, Any] = field(default_factory=dict)


Move = tuple[Act, ...]
"""What happens to a case at one time; more than one act are sent together by different people."""


@dataclass(frozen=True)
class Script:
    """What people do to one case from dispatch to its ending, and what that ending is.

    One `with_appeal` is dispatched where people may appeal; any other would only wait for the period to be over.
    """

    moves: tuple[Move, ...]
    ending: Ending
    rounds: int = 1
    anonymous: bool = False
    case_class: CaseClass = CaseClass.GENERAL
    with_appeal: bool = False

    @property
    def acts(self) -> int:
        """How many actions it has."""
        return sum(len(move) for move in self.moves)


@dataclass(frozen=True)
class Acknowledged:
    """An action that its person got a receipt for. `begun` and `ended` are seconds on the monotonic clock."""

    key: str
    act: Act
    receipt: Receipt
    begun: float
    ended: float


@dataclass
class _Patient:
    """A case in the crowd's hands."""

    case_no: str
    script: Script
    moved: int
    stops_at: int


@dataclass
class Crowd:
    """People who share some connections; `actors` are those of the directory (`Directory.actor`), by user id."""

    desks: Sequence[CaseDesk]
    actors: Mapping[str, Actor]
    chance: random.Random
    acknowledged: list[Acknowledged] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    unanswered: int = 0
    _sent: int = 0

    async def play(self, cases: Mapping[str, Script], at_once: int, begin: int = 0, end: int | None = None) -> None:
        """Take all cases through their scripts, or from one move up to another, `at_once` people acting at a time."""
        waiting = [
            _Patient(case_no, script, begin, len(script.moves) if end is None else end)
            for case_no, script in cases.items()
        ]
        async with asyncio.TaskGroup() as people:
            for _ in range(at_once):
                people.create_task(self._person(waiting))

    async def act(self, case_no: str, act: Act) -> None:
        """One person acts, as often as it takes; a refusal is noted down."""
        self._sent += 1
        number = self._sent
        key, begun = f"crowd-{number}", time.monotonic()
        message = MESSAGES[act.action].model_validate({"actor": self.actors[act.user], **act.details})
        clicks = 2 if number % DOUBLE_CLICK == 0 else 1
        desks = [self.desks[(number + click) % len(self.desks)] for click in range(clicks)]
        while True:
            sent = [desk.act(case_no, act.action, message, key) for desk in desks]
            answers = await asyncio.gather(*sent, return_exceptions=True)
            if not any(isinstance(answer, EngineUnavailable | RefusedForNow) for answer in answers):
                break
            self.unanswered += 1
        for answer in answers:
            if isinstance(answer, ActionRefused):
                self.refused.append(f"{case_no} {act.action} {key}: {answer}")
            elif isinstance(answer, BaseException):
                raise answer
            else:
                self.acknowledged.append(Acknowledged(key, act, answer, begun, time.monotonic()))

    async def again(self, acknowledged: Sequence[Acknowledged]) -> list[Receipt | HaochapingError]:
        """The same actions under the same keys once more, one after the other; what each person is told."""
        told: list[Receipt | HaochapingError] = []
        for each in acknowledged:
            message = MESSAGES[each.act.action].model_validate(
                {"actor": self.actors[each.act.user], **each.act.details}
            )
            told.append(await self._told(each, message))
        return told

    async def _told(self, each: Acknowledged, message: HumanAction) -> Receipt | HaochapingError:
        while True:
            try:
                return await self.desks[0].act(each.receipt.case_no, each.act.action, message, each.key)
            except EngineUnavailable:
                self.unanswered += 1
            except HaochapingError as refusal:
                return refusal

    async def _person(self, waiting: list[_Patient]) -> None:
        """Nobody waits for a case in another's hands: who finds none free is done, since it will be finished there."""
        while waiting:
            patient = waiting.pop(self.chance.randrange(len(waiting)))
            await asyncio.gather(*(self.act(patient.case_no, act) for act in patient.script.moves[patient.moved]))
            patient.moved += 1
            if patient.moved < patient.stops_at:
                waiting.append(patient)
