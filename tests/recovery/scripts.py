"""The situations that the crowd's cases go through: every ending, both orders of sign-off and callback, rework."""

from typing import Any

from models.actions import Action
from models.case import CaseClass, Ending
from tests.support.crowd import Act, Move, Script

OFFICER, HOTLINE, SUPERVISOR = "officer-renshe", "hotline-01", "supervisor-01"

URGE = Act(SUPERVISOR, Action.URGE, {"reason": "请尽快办理"})


def _called(result: str, **found: Any) -> Act:
    return Act(HOTLINE, Action.RECORD_CALLBACK, {"result": result, **found})


_SIGN = Act(OFFICER, Action.SIGN_OFF)
_PUT_RIGHT = Act(OFFICER, Action.SUBMIT_REMEDIATION, {"measures": "已上门说明并协助办理"})
_FOUNDED = _called("reached", finding="founded")
_MISTAKEN = _called("reached", finding="mistaken")
_MALICIOUS = _called("reached", finding="malicious")
_SATISFIED = _called("reached", satisfied=True)
_DISSATISFIED = _called("reached", satisfied=False)
_CONFIRM = Act(SUPERVISOR, Action.CONFIRM_FINDING, {"reason": "评价人把另一事项误评到本事项"})
_REJECT = Act(SUPERVISOR, Action.REJECT_FINDING, {"reason": "反映的问题属实"})
_CONCLUDE = Act(SUPERVISOR, Action.CONCLUDE, {"reason": "已约谈承办单位"})
_CALL_ONCE_MORE = Act(HOTLINE, Action.TRIGGER_CALLBACK, {"purpose": "补充了解情况"})

SCRIPTS: dict[str, Script] = {
    "signed for and verified at the same moment": Script(
        moves=((_SIGN, _FOUNDED), (_PUT_RIGHT,), (_SATISFIED,)), ending=Ending.SATISFIED
    ),
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

LAST_MOVES: tuple[Move, ...] = ((_SIGN,), (_FOUNDED,), (_PUT_RIGHT,), (_SATISFIED,))
"""How the case ends on which somebody acts right after every blow."""
