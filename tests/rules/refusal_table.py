"""All sentences of refusal as one readable page: what each situation points to, and what each action is answered.

A sentence that goes on with what is possible now ends in “→”; what that is stands once for each situation.
"""

from models.actions import Action
from policy.transitions import possible_now, refusal, roles_for
from tests.rules.situations import SITUATIONS, form, order_in, person_for
from tests.support.values import MOMENT


def told() -> list[str]:
    """The page, line by line."""
    lines = ["# 各情形下可以办理的事项（拒绝时一并告知，以下用“→”代替）"]
    lines += [f"{name}｜{_now(name)}" for name in SITUATIONS]
    for action in Action:
        lines += ["", f"# {action.label}"]
        said: dict[str, list[str]] = {}
        for name in SITUATIONS:
            if (answer := _answer(action, name)) is not None:
                said.setdefault(answer, []).append(name)
        lines += [f"{answer}｜{'，'.join(names)}" for answer, names in said.items()]
    return lines


def _answer(action: Action, situation: str) -> str | None:
    """What the one is told whose action it would be; None when it is possible."""
    state, order = SITUATIONS[situation], order_in(situation)
    actor = person_for(action, roles_for(action, state, order)[0])
    reason = refusal(action, form(action, actor), state, order, MOMENT)
    return reason.replace(_now(situation), "→") if reason is not None else None


def _now(situation: str) -> str:
    return possible_now(SITUATIONS[situation], order_in(situation), MOMENT)


if __name__ == "__main__":
    print("\n".join(told()))
