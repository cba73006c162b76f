"""Which function says what follows from each human action. Start reading in `policy.procedure`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from models.actions import Action, HumanAction
from models.case import CaseOrder, CaseState
from policy import appeals, coordination, oversight, procedure, terms
from policy.draft import Outcome

Follows = Callable[[CaseOrder, CaseState, Any, datetime], Outcome]

FOLLOWS: dict[Action, Follows] = {
    Action.SIGN_OFF: procedure.signed_off,
    Action.RETURN_ORDER: coordination.returned,
    Action.REDISPATCH: coordination.redispatched,
    Action.TRIGGER_CALLBACK: procedure.callback_triggered,
    Action.RECORD_CALLBACK: procedure.callback_recorded,
    Action.RECORD_WITHDRAWAL: procedure.withdrawn,
    Action.CONFIRM_FINDING: procedure.finding_confirmed,
    Action.REJECT_FINDING: procedure.finding_rejected,
    Action.SUBMIT_REMEDIATION: procedure.remediated,
    Action.REQUEST_EXTENSION: terms.extension_requested,
    Action.DECIDE_EXTENSION: terms.extension_decided,
    Action.REQUEST_CLASS_CHANGE: terms.class_change_requested,
    Action.DECIDE_CLASS_CHANGE: terms.class_change_decided,
    Action.FILE_APPEAL: appeals.appealed,
    Action.ALLOW_LATE_APPEAL: appeals.late_appeal_allowed,
    Action.DECIDE_APPEAL: appeals.appeal_decided,
    Action.CONFIRM_APPEAL: appeals.appeal_confirmed,
    Action.ASSIGN_CO_UNITS: coordination.co_units_assigned,
    Action.SUBMIT_CO_OPINION: coordination.co_opinion_submitted,
    Action.CONVENE_CONFERENCE: coordination.conference_convened,
    Action.CONCLUDE_CONFERENCE: coordination.conference_concluded,
    Action.TAKE_OVER: coordination.taken_over,
    Action.SET_PRIORITY: coordination.priority_set,
    Action.REASSIGN: coordination.reassigned,
    Action.FORCE_CLAIM: coordination.force_claimed,
    Action.PAUSE: terms.paused,
    Action.RESUME: terms.resumed,
    Action.URGE: oversight.urged,
    Action.ISSUE_MEASURE: oversight.measure_issued,
    Action.FULFIL_MEASURE: oversight.measure_fulfilled,
    Action.CONCLUDE: oversight.concluded,
    Action.RECORD_LOOKBACK: oversight.looked_back,
    Action.APPLY_CALENDAR: terms.calendar_applied,
}


def after(action: Action, order: CaseOrder, state: CaseState, message: HumanAction, now: datetime) -> Outcome:
    """What follows from an action that was let in."""
    return FOLLOWS[action](order, state, message, now)
