"""Names, timeouts and retries of everything the workflows call, each with its reason."""

from datetime import timedelta

from temporalio.common import RetryPolicy, SearchAttributeKey

CASE_QUEUE = "haochaping-cases"
"""Workflow tasks and the ledger's activities."""

MESSAGE_QUEUE = "haochaping-messages"
"""What goes out to the world; a slow receiver never delays a step."""

INVITATION_QUEUE = "haochaping-invitations"
"""Invitations to rate; twenty thousand a day stand in a line of their own, and no case behind them."""

STEP_TIMEOUT = timedelta(seconds=20)
"""A step is one short transaction. Twenty seconds cover a database that restarts; then another worker tries."""

STEP_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2.0, maximum_interval=timedelta(seconds=10)
)
"""For ever: a case waits for its ledger, it never goes on without it. Ten seconds, so that it goes on soon after."""

REFUSED = "ActionRefused"
REFUSED_FOR_NOW = "ActionRefusedForNow"
"""How a case says no: for good, or until the dates that it waits for are there; the front door asks again then."""

JURISDICTION = SearchAttributeKey.for_keyword("Jurisdiction")
STAGE = SearchAttributeKey.for_keyword("Stage")
UNIT = SearchAttributeKey.for_keyword("Unit")
CASE_CLASS = SearchAttributeKey.for_keyword("CaseClass")
DUE_DATE = SearchAttributeKey.for_datetime("DueDate")
OVERDUE = SearchAttributeKey.for_bool("Overdue")
SEARCH_ATTRIBUTES = (JURISDICTION, STAGE, UNIT, CASE_CLASS, DUE_DATE, OVERDUE)
"""What supervisors can list cases by on the engine's own screen. Nothing personal."""
