"""What each task asks its people to do: the actions that finish it, written by hand."""

from models.actions import Action
from models.steps import TaskKind

WHAT_A_TASK_ASKS_FOR: dict[TaskKind, set[Action]] = {
    TaskKind.SIGN_OFF: {Action.SIGN_OFF},
    TaskKind.VERIFICATION_CALLBACK: {Action.RECORD_CALLBACK},
    TaskKind.CONFIRM_FINDING: {Action.CONFIRM_FINDING, Action.REJECT_FINDING},
    TaskKind.REMEDIATE: {Action.SUBMIT_REMEDIATION},
    TaskKind.POST_CALLBACK: {Action.RECORD_CALLBACK},
    TaskKind.CONTACT: {Action.RECORD_CALLBACK},
    TaskKind.CONCLUDE: {Action.CONCLUDE},
    TaskKind.OVERSEE: {Action.URGE, Action.FULFIL_MEASURE, Action.RECORD_LOOKBACK, Action.ISSUE_MEASURE},
    TaskKind.REDISPATCH: {Action.REDISPATCH},
    TaskKind.DECIDE_UNIT: {Action.REDISPATCH},
    TaskKind.DECIDE_EXTENSION: {Action.DECIDE_EXTENSION},
    TaskKind.DECIDE_CLASS_CHANGE: {Action.DECIDE_CLASS_CHANGE},
    TaskKind.REVIEW_APPEAL: {Action.DECIDE_APPEAL},
    TaskKind.CONFIRM_APPEAL: {Action.CONFIRM_APPEAL},
    TaskKind.CO_HANDLE: {Action.SUBMIT_CO_OPINION},
    TaskKind.CONFERENCE: {Action.CONVENE_CONFERENCE, Action.CONCLUDE_CONFERENCE},
    TaskKind.TAKE_OVER: {Action.TAKE_OVER},
    TaskKind.ISSUE_SUPERVISE: {Action.ISSUE_MEASURE},
    TaskKind.ISSUE_INTERVIEW: {Action.ISSUE_MEASURE},
    TaskKind.ISSUE_CIRCULAR: {Action.ISSUE_MEASURE},
    TaskKind.ISSUE_REFERRAL: {Action.ISSUE_MEASURE},
    TaskKind.SUPERVISE: {Action.FULFIL_MEASURE},
    TaskKind.INTERVIEW: {Action.FULFIL_MEASURE},
    TaskKind.CIRCULAR: {Action.FULFIL_MEASURE},
    TaskKind.REFERRAL: {Action.FULFIL_MEASURE},
    TaskKind.LOOKBACK: {Action.RECORD_LOOKBACK},
}
