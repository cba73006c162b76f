"""The situations that the crowd's cases go through: every ending, both orders of sign-off and callback, rework,
appeals, and whatever moves a limit or sends a case to another unit.
"""

from datetime import date
from typing import Any

from models.actions import Action
from models.case import CaseClass, Ending
from tests.support.crowd import Act, Move, Script

OFFICER, HOTLINE, SUPERVISOR = "officer-renshe", "hotline-01", "supervisor-01"
CLERK, REVIEWER, OTHER_OFFICER = "clerk-renshe", "reviewer-01", "officer-shichang"
OTHER_UNIT = "ez-shichang"

URGE = Act(SUPERVISOR, Action.URGE, {"reason": "请尽快办理"})


def _called(result: str, **found: Any) -> Act:
    return Act(HOTLINE, Action.RECORD_CALLBACK, {"result": result, **found})


_SIGN = Act(OFFICER, Action.SIGN_OFF)
_MEASURES = {"measures": "已上门说明并协助办理"}
_PUT_RIGHT = Act(OFFICER, Action.SUBMIT_REMEDIATION, _MEASURES)
_FOUNDED = _called("reached", finding="founded")
_MISTAKEN = _called("reached", finding="mistaken")
_MALICIOUS = _called("reached", finding="malicious")
_SATISFIED = _called("reached", satisfied=True)
_DISSATISFIED = _called("reached", satisfied=False)
_RECORDING = {"evidence": ["通话录音 7 号"]}
_CONFIRM = Act(SUPERVISOR, Action.CONFIRM_FINDING, {"reason": "评价人把另一事项误评到本事项", **_RECORDING})
_REJECT = Act(SUPERVISOR, Action.REJECT_FINDING, {"reason": "反映的问题属实"})
_CONCLUDE = Act(SUPERVISOR, Action.CONCLUDE, {"reason": "已约谈承办单位"})
_CALL_ONCE_MORE = Act(HOTLINE, Action.TRIGGER_CALLBACK, {"purpose": "补充了解情况"})
_APPEAL = Act(CLERK, Action.FILE_APPEAL, {"reason": "评价人当日没有到本窗口办事", **_RECORDING})
_UPHOLD = Act(REVIEWER, Action.DECIDE_APPEAL, {"upheld": True, "finding": "mistaken", "reason": "录音可以证明"})
_DISMISS = Act(REVIEWER, Action.DECIDE_APPEAL, {"upheld": False, "reason": "反映的问题属实"})
_OTHER_CLASS = Act(OFFICER, Action.REQUEST_CLASS_CHANGE, {"case_class": "difficult", "reason": "涉及三个部门"})
_GRANT_CLASS = Act(SUPERVISOR, Action.DECIDE_CLASS_CHANGE, {"granted": True, "reason": "情况属实"})
_GRANT_TIME = Act(SUPERVISOR, Action.DECIDE_EXTENSION, {"granted": True, "reason": "情况属实"})
_PAUSE = Act(SUPERVISOR, Action.PAUSE, {"reason_code": "waiting_for_citizen"})
_RESUME = Act(SUPERVISOR, Action.RESUME, {"reason": "评价人已到场"})
_RETURN = Act(OFFICER, Action.RETURN_ORDER, {"reason_code": "wrong_unit"})
_REDISPATCH = Act(SUPERVISOR, Action.REDISPATCH, {"to_unit": OTHER_UNIT, "reason": "属于市场监管事项"})
_OTHER_SIGN = Act(OTHER_OFFICER, Action.SIGN_OFF)
_OTHER_PUT_RIGHT = Act(OTHER_OFFICER, Action.SUBMIT_REMEDIATION, _MEASURES)

PUT_RIGHT = "signed for and verified at the same moment"
"""The situation whose first move leads to the remediation."""

_PLAIN: dict[str, Script] = {
    PUT_RIGHT: Script(moves=((_SIGN, _FOUNDED), (_PUT_RIGHT,), (_SATISFIED,)), ending=Ending.SATISFIED),
    "a difficult one, verified before it is signed for": Script(
        moves=((_FOUNDED,), (_SIGN,), (_PUT_RIGHT,), (_SATISFIED,)),
        ending=Ending.SATISFIED,
        case_class=CaseClass.DIFFICULT,
    ),
    "the evaluator mistook the matter": Script(moves=((_SIGN,), (_MISTAKEN,), (_CONFIRM,)), ending=Ending.NOT_ADOPTED),
    "a malicious review, not signed for": Script(moves=((_MALICIOUS,), (_CONFIRM,)), ending=Ending.NOT_ADOPTED),
    "the supervisor finds it founded after all": Script(
        moves=((_SIGN,), (_MALICIOUS,), (_REJECT,), (_PUT_RIGHT,), (_SATISFIED,)), ending=Ending.SATISFIED
    ),
    "one rework": Script(
        moves=((_SIGN,), (_FOUNDED,), (_PUT_RIGHT,), (_DISSATISFIED,), (_PUT_RIGHT,), (_SATISFIED,)),
        ending=Ending.SATISFIED,
        rounds=2,
    ),
    "the rework does not satisfy either": Script(
        moves=((_SIGN, _FOUNDED), (_PUT_RIGHT,), (_DISSATISFIED,), (_PUT_RIGHT,), (_DISSATISFIED,), (_CONCLUDE,)),
        ending=Ending.CONCLUDED,
        rounds=2,
    ),
    "anonymous": Script(moves=((_SIGN,), (_PUT_RIGHT,)), ending=Ending.ANONYMOUS, anonymous=True),
    "nobody answers twice, then refuses both callbacks": Script(
        moves=(
            (_SIGN, _called("no_answer")),
            (_called("wrong_number"),),
            (_called("refused"),),
            (_PUT_RIGHT,),
            (_called("refused"),),
        ),
        ending=Ending.UNREACHABLE,
    ),
    "an extra call and an urge while it is put right": Script(
        moves=(
            (_SIGN,),
            (_FOUNDED,),
            (_CALL_ONCE_MORE, URGE),
            (_called("reached", note="已说明进度"),),
            (_PUT_RIGHT,),
            (_SATISFIED,),
        ),
        ending=Ending.SATISFIED,
    ),
}

_APPEALS: dict[str, Script] = {
    "an appeal is dismissed, and the limit that stood still goes on": Script(
        moves=((_SIGN, _FOUNDED), (_APPEAL,), (_DISMISS,), (_PUT_RIGHT,), (_SATISFIED,)),
        ending=Ending.SATISFIED,
        with_appeal=True,
    ),
    "an appeal against a case that nobody has signed for is upheld": Script(
        moves=((_APPEAL,), (_UPHOLD,)), ending=Ending.NOT_ADOPTED, with_appeal=True
    ),
    "an appeal is upheld after the case has ended": Script(
        moves=((_FOUNDED,), (_SIGN,), (_PUT_RIGHT,), (_SATISFIED,), (_APPEAL,), (_UPHOLD,)),
        ending=Ending.NOT_ADOPTED,
        with_appeal=True,
    ),
}


def scripts(extended_to: date) -> dict[str, Script]:
    """All situations by name. `extended_to` is the day that is asked for where a limit is extended."""
    ask = Act(OFFICER, Action.REQUEST_EXTENSION, {"until": extended_to, "reason": "设备下周到货"})
    return (
        _PLAIN
        | _APPEALS
        | {
            "an extension is granted": Script(
                moves=((_SIGN, _FOUNDED), (ask,), (_GRANT_TIME,), (_PUT_RIGHT,), (_SATISFIED,)),
                ending=Ending.SATISFIED,
            ),
            "another class": Script(
                moves=((_SIGN, _FOUNDED), (_OTHER_CLASS,), (_GRANT_CLASS,), (_PUT_RIGHT,), (_SATISFIED,)),
                ending=Ending.SATISFIED,
            ),
            "paused and resumed": Script(
                moves=((_SIGN,), (_FOUNDED,), (_PAUSE,), (_RESUME,), (_PUT_RIGHT,), (_SATISFIED,)),
                ending=Ending.SATISFIED,
            ),
            "returned, and sent to another unit, which may not return it": Script(
                moves=((_RETURN,), (_REDISPATCH,), (_OTHER_SIGN, _FOUNDED), (_OTHER_PUT_RIGHT,), (_SATISFIED,)),
                ending=Ending.SATISFIED,
            ),
        }
    )


LAST_MOVES: tuple[Move, ...] = ((_SIGN,), (_FOUNDED,), (_PUT_RIGHT,), (_SATISFIED,))
"""How the case ends on which somebody acts right after every blow."""
