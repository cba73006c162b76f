"""`callback CASE --as USER [--purpose TEXT]`: whoever makes the callbacks triggers one; the hotline may at any time.

Decides what the caller sees: whom to call, what to ask, and the line that records each result. The evaluator's number
is shown only after the case has accepted the trigger, and never to the rated units, also where the policy lets one of
them call: their callers read who puts the call through. Every look is in the log that supervisors read, and every
trigger in the ledger (EZ-41).
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TextIO

from casework.callbacks import put_through_text, recorded_by_others, script_of
from casework.standing import Standing, in_whose_name, rated_units, standing_of, visible_case
from casework.text import instant, masked
from cli.act import read_key, send
from cli.context import Context
from models.actions import Action, TriggerCallback
from models.actors import Actor, Role
from models.callbacks import CallbackKind, CallbackResult
from models.errors import ActionRefused
from models.kinds import Finding
from models.steps import Event
from policy.people import reveal_refusal
from policy.transitions import roles_for
from policy.wording import DETAIL_LABELS


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "发起回访：显示给谁打、问什么，以及打完以后怎么登记结果。号码不向承办、协办单位显示，由12345话务员转接。\n"
        "回访由本地区规则指定的人员办理；12345话务员随时可以发起。"
    )
    parser.add_argument("case_no", metavar="CASE", help="案件编号")
    parser.add_argument("--as", dest="user", metavar="USER", required=True, help="由谁打，如 hotline-01")
    parser.add_argument("--purpose", metavar="TEXT", default="", help="为什么打这个电话，写进台账")
    parser.add_argument("--key", metavar="KEY", help="本次办理的编号；重试时写上次的编号")


def run(args: Namespace, context: Context, out: TextIO, err: TextIO) -> int:
    """Trigger the callback, then print all that the call needs."""
    key = None if args.key is None else read_key(args.key)
    case, actor = visible_case(context, args.case_no, args.user)
    assert actor is not None  # --as is required
    standing = standing_of(context, case)
    if standing.callback_due is CallbackKind.CONTACT and actor.role is Role.HOTLINE:
        # Whoever lost the screen after triggering must still be able to make the call; the trigger is in the ledger.
        print(f"{CallbackKind.CONTACT.label}此前已经发起，还没有登记结果。", file=out)
    else:
        acting = in_whose_name(context, case, actor)
        message = TriggerCallback(actor=acting, purpose=args.purpose.strip())
        receipt = send(context, case.case_no, Action.TRIGGER_CALLBACK, message, key, err)
        print(f"已发起回访（{case.case_no} 第 {receipt.seq} 步，{instant(receipt.at)}）。", file=out)
        standing = standing_of(context, context.reader.case(case.case_no))
    kind = standing.callback_due
    if kind is None:
        raise ActionRefused(f"案件 {case.case_no} 刚刚有了变化，现在没有要打的回访电话；请用 show 查看。")
    _print_whom(context, standing, actor, args.purpose.strip() or kind.label, out)
    _print_earlier(context, standing, kind, out)
    _print_script(context, standing, kind, out)
    _print_results(context, standing, kind, actor, out)
    return 0


def result_lines(
    kind: CallbackKind, case_no: str, user: str, program: str, findings: Sequence[Finding]
) -> list[tuple[str, str]]:
    """What each result of the call means, and the command that records it. `findings` are those of the policy.

    A finding against the review needs a piece of evidence (EZ-26).
    """
    line = f"{program} act {case_no} {Action.RECORD_CALLBACK} --as {user} --set result=%s"
    reached = CallbackResult.REACHED
    match kind:
        case CallbackKind.VERIFICATION:
            lines = [
                (f"{reached.label}，{finding.label}", line % f"{reached} finding={finding}{_EVIDENCE.get(finding, '')}")
                for finding in findings
            ]
        case CallbackKind.POST_REMEDIATION:
            lines = [
                (f"{reached.label}，满意", line % f"{reached} satisfied=true"),
                (f"{reached.label}，不满意", line % f"{reached} satisfied=false"),
            ]
        case CallbackKind.CONTACT:
            lines = [(reached.label, line % reached)]
    failed = [result for result in CallbackResult if result is not reached]
    return lines + [(result.label, line % result) for result in failed]


def _print_results(context: Context, standing: Standing, kind: CallbackKind, actor: Actor, out: TextIO) -> None:
    recorders = roles_for(Action.RECORD_CALLBACK, standing.state, standing.order)
    if actor.role not in recorders:
        print(f"\n{recorded_by_others(kind, recorders)}", file=out)
        return
    print("\n打完以后登记结果，照抄一行；要写备注的，在后面加上 note='备注内容'：", file=out)
    findings = (Finding.FOUNDED, *standing.rules.policy.void_outcomes)
    for meaning, line in result_lines(kind, standing.case.case_no, actor.user, context.program, findings):
        print(f"  # {meaning}\n  {line}", file=out)


_EVIDENCE = dict.fromkeys((Finding.MISTAKEN, Finding.MALICIOUS), " evidence='证据名称或编号，如录音编号'")


def _print_whom(context: Context, standing: Standing, actor: Actor, purpose: str, out: TextIO) -> None:
    if reveal_refusal(actor, rated_units(standing.case)) is not None:
        print(f"\n{put_through_text(standing.case, context.people)}", file=out)
        return
    contact = context.whom_to_call(actor, standing.case.case_no, purpose)
    name = masked(contact.name if contact else "")
    mobile = contact.mobile if contact else ""
    if mobile:
        print(f"\n拨打：{name}  {mobile}", file=out)
        print("号码只用于这次回访，不得外传；这次查看已登记，监督人员可以看到。", file=out)
    else:
        print(f"\n拨打：{name}，没有留下电话号码。请登记为“{CallbackResult.WRONG_NUMBER.label}”。", file=out)


def _print_earlier(context: Context, standing: Standing, kind: CallbackKind, out: TextIO) -> None:
    earlier = [
        entry
        for entry in context.reader.entries(standing.case.case_no)
        if entry.event is Event.CALLBACK_RECORDED and entry.details.get("callback") == kind.label
    ]
    plan = standing.rules.policy.callback_plan
    for entry in earlier:
        said = [entry.details.get("result", ""), entry.details.get("note", "")]
        print(f"此前：{instant(entry.at)} {'，'.join(part for part in said if part)}", file=out)
    if kind is not CallbackKind.CONTACT:
        least = f"至少拨打 {plan.attempts} 次、分在 {plan.half_days} 个以上不同的半天"
        print(f"{least}仍未联系上的，才记为未联系上。", file=out)
    if earlier and (still := earlier[-1].details.get("plan")):
        print(f"{DETAIL_LABELS['plan']}：{still}。", file=out)


def _print_script(context: Context, standing: Standing, kind: CallbackKind, out: TextIO) -> None:
    case = standing.case
    print(f"\n{kind.label}问什么：", file=out)
    print(script_of(context.callback_script(case.jurisdiction, kind, case.source), standing), file=out)
