"""The retry plan of callbacks: when an evaluator counts as unreachable."""

from models.callbacks import CallbackAttempt, CallbackKind, CallbackResult
from models.due import half_day
from models.policy import CallbackPlan


def attempts_of(attempts: tuple[CallbackAttempt, ...], kind: CallbackKind, round_: int) -> list[CallbackAttempt]:
    """The attempts of one callback, in order."""
    return [each for each in attempts if each.kind is kind and each.round == round_]


def is_unreachable(attempts: list[CallbackAttempt], plan: CallbackPlan) -> bool:
    """Whether the calls are over without having reached the person.

    True after a final result, or after enough failed calls on enough different half-days (policy `callback_plan`).
    """
    failed = [each for each in attempts if each.result is not CallbackResult.REACHED]
    if any(each.result in plan.final_results for each in failed):
        return True
    return len(failed) >= plan.attempts and len({half_day(each.at) for each in failed}) >= plan.half_days


def still_to_try(attempts: list[CallbackAttempt], plan: CallbackPlan) -> str:
    """In Chinese: how many calls are still to be made, and whether another half-day is needed."""
    failed = [each for each in attempts if each.result is not CallbackResult.REACHED]
    calls = max(plan.attempts - len(failed), 1)
    need_other = len({half_day(each.at) for each in failed}) < plan.half_days
    return f"还须再拨打至少 {calls} 次" + ("，并须换一个半天" if need_other else "")
