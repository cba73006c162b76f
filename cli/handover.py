"""`handover FROM TO --reason T --as USER`: all cases of an officer go to another one of the unit in one act (移交).

Decides which cases are meant, that a second call does not hand one over twice, and what is said of those that refused.
Each case decides itself whether it lets itself be reassigned.
"""

import hashlib
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TextIO

from casework.ports import People
from models.actions import Action, HumanAction, Reassign, Receipt
from models.due import in_shanghai
from models.errors import ActionRefused, BadInput, EngineUnavailable, UnknownCase
from policy.people import handover_refusal

_LONGEST_REASON = 2000
SHOWN_EVERY = 20
"""Cases between two lines of progress."""


class Act(Protocol):
    """Passes a human action to its case, as `workflows.client.CaseDesk.act` does."""

    def __call__(self, case_no: str, action: Action, message: HumanAction, key: str) -> Receipt:
        """Raises ActionRefused, UnknownCase or EngineUnavailable."""
        ...


@dataclass(frozen=True)
class HandoverPorts:
    """What the command needs: the directory, the running cases of an officer, the cases' door, and a clock."""

    people: People
    open_cases_of: Callable[[str], list[str]]
    act: Act
    now: Callable[[], datetime]


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "把一名整改责任人手上的全部在办案件一次移交给同单位的另一名整改责任人。\n"
        "由经办人本人或本单位负责人办理。中断后用同样的参数再运行一次即可接着移交，不会重复。"
    )
    parser.epilog = "退出码：0 全部移交；1 有案件没有移交（逐件列出理由）；75 系统没有应答，可以再运行一次。"
    parser.add_argument("source", metavar="FROM", help="移交人，如 officer-renshe")
    parser.add_argument("target", metavar="TO", help="接收人，如 officer-renshe-2")
    parser.add_argument("--reason", metavar="TEXT", required=True, help="移交事由")
    parser.add_argument("--as", dest="user", metavar="USER", required=True, help="以哪个用户办理，如 head-renshe")


def run(args: Namespace, ports: HandoverPorts, out: TextIO, err: TextIO) -> int:
    """Hand the cases over one by one; 0 when all went, 1 when some refused."""
    source, target = ports.people.user(args.source), ports.people.user(args.target)
    actor = ports.people.actor(args.user)
    reason = args.reason.strip()
    if not reason or len(reason) > _LONGEST_REASON:
        raise BadInput(f"移交事由（--reason）须填写，最多 {_LONGEST_REASON} 个字。")
    if refusal := handover_refusal(source, target, ports.people.user(args.user)):
        raise ActionRefused(refusal)
    case_nos = ports.open_cases_of(source.id)
    if not case_nos:
        print(f"{source.name}手上没有在办案件，没有可移交的。", file=out)
        return 0
    id_ = handover_id(source.id, target.id, in_shanghai(ports.now()).date(), reason)
    message = Reassign(actor=actor, to=target.id, reason=reason)
    refused: list[tuple[str, str]] = []
    for number, case_no in enumerate(case_nos, start=1):
        try:
            ports.act(case_no, Action.REASSIGN, message, f"handover-{id_}-{case_no}")
        except (ActionRefused, UnknownCase) as error:
            refused.append((case_no, str(error)))
        except EngineUnavailable:
            print(_interrupted(number - 1 - len(refused), len(case_nos)), file=err)
            raise
        if number % SHOWN_EVERY == 0 and number < len(case_nos):
            print(f"  已处理 {number}/{len(case_nos)} 件", file=err)
    done = len(case_nos) - len(refused)
    print(f"移交 {id_}：{source.name} → {target.name}，共 {len(case_nos)} 件，已移交 {done} 件。", file=out)
    for case_no, why in refused:
        print(f"  未移交 {case_no}：{why}", file=out)
    return 1 if refused else 0


def handover_id(source: str, target: str, day: date, reason: str) -> str:
    """The number of a hand-over: the same people, day (of Shanghai) and reason always give the same."""
    digest = hashlib.sha256("\n".join((source, target, day.isoformat(), reason)).encode()).hexdigest()
    return f"{day:%Y%m%d}-{digest[:8]}"


def _interrupted(done: int, total: int) -> str:
    return f"移交中断：共 {total} 件，已移交 {done} 件。用同样的参数再运行一次，会接着移交其余的。"
