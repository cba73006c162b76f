"""The one activity of a case's step: write it down, get the dates back."""

from dataclasses import dataclass
from typing import Protocol

from temporalio import activity

from models.steps import Recorded, Step


class Ledger(Protocol):
    """Where steps are recorded."""

    def record(self, step: Step) -> Recorded:
        """Record a step and everything that follows from it in one transaction.

        Recording the same step again changes nothing and gives the same answer.
        """


@dataclass(frozen=True)
class StepActivities:
    """The activities of the case workflow."""

    ledger: Ledger

    @activity.defn
    def record_step(self, step: Step) -> Recorded:
        """Record one step of a case and return the dates of its limits."""
        return self.ledger.record(step)
