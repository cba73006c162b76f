"""What several pages of a case share: whether it is shown at all, in whose name somebody acts, which files are whose.

Decides nothing that the case decides; who may look stands in `casework.standing`, who sees a file in `casework.files`.
"""

from dataclasses import dataclass

from casework.files import may_see, named_in
from casework.standing import Standing, in_whose_name, standing_of, visible_case
from models.actions import Action
from models.actors import Actor
from models.errors import ActionRefused, UnknownUser
from models.views import CaseView, EntryView
from models.work_in_hand import Attachment
from web.ports import Desk


@dataclass(frozen=True)
class CaseFile:
    """A case that this person may see, read once, and the files of it that the person may see."""

    case: CaseView
    standing: Standing
    entries: tuple[EntryView, ...]
    attachments: tuple[Attachment, ...]
    """Those that the ledger names."""
    in_hand: tuple[Attachment, ...]
    """Those that this person brought and no entry names yet."""


def open_case(desk: Desk, case_no: str, actor: Actor) -> CaseFile:
    """The case as that person may see it. Raises UnknownCase or NotVisible."""
    case, _ = visible_case(desk.front, case_no, actor.user)
    entries = desk.front.reader.entries(case_no)
    every = desk.attachments.of_case(case_no)
    named = named_in(entries, every)
    return CaseFile(
        case=case,
        standing=standing_of(desk.front, case),
        entries=tuple(entries),
        attachments=tuple(each for each in named if may_see(actor, each, is_named=True)),
        in_hand=tuple(each for each in every if each not in named and each.uploaded_by == actor.user),
    )


def in_hand_for(file: CaseFile, action: Action) -> list[Attachment]:
    """The files that wait for that action's form to be sent."""
    return [each for each in file.in_hand if each.action is action]


def acting(desk: Desk, case: CaseView, actor: Actor, absent: str = "") -> Actor:
    """The actor as they act: in the own name where `absent` is their own id, for that colleague, or as is usual.

    Raises ActionRefused for somebody for whom the actor does not stand in.
    """
    if absent == actor.user:
        return actor
    try:
        return in_whose_name(desk.front, case, actor, absent or None)
    except (ActionRefused, UnknownUser):
        raise ActionRefused(
            "您今天不是这位同事的代理人，不能代为办理。请选择以本人名义办理，或请单位负责人设定代理。"
        ) from None
