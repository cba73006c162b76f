"""Human actions in the browser: the form of each, its draft and files, a second look at what cannot be taken back.

Decides the way of a form: filled in, perhaps kept, perhaps looked at once more, sent under its key. Its inputs come
from `web.action_forms`; whether the action is possible the case itself says, here as everywhere.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from models.actions import MESSAGES, Action, HumanAction
from models.actors import Actor
from models.errors import ActionRefused, HaochapingError, UnknownCase
from models.work_in_hand import Attachment, Draft
from policy.transitions import refusal_of_person
from web.access import Here, Who, allowed
from web.action_forms import (
    IRREVERSIBLE,
    Faulty,
    Field,
    Option,
    form_fields,
    given_in,
    read_message,
    takes_files,
    typed_in,
)
from web.casefile import CaseFile, acting, in_hand_for, open_case
from web.forms import KEY_FIELD, Form, fresh_key, text_of, texts_of
from web.pages import render
from web.ports import Desk
from web.uploads import InBounds, take_files

router = APIRouter()

_LONGEST_KEY = 100
_UNHEARD = (
    "上次提交没有收到应答，不知道是否已经登记。可以再次提交，不会重复办理；"
    "已经登记的，以第一次提交的内容为准。填写的内容已经保存。"
)


@dataclass(frozen=True)
class ActionPage:
    """The form of one action in one case.

    `refusal` is why it was not taken, `closed` that nothing can be sent now; `second_look` shows it for confirmation.
    """

    case_no: str
    matter: str
    unit_name: str
    standing: str
    action: Action
    fields: tuple[Field, ...]
    key: str
    acting_for: str
    names: tuple[Option, ...]
    """In whose name it can be done, where there is a choice."""
    takes_files: bool
    files: tuple[Attachment, ...]
    draft: Draft | None = None
    refusal: str = ""
    file_faults: tuple[str, ...] = ()
    closed: bool = False
    barred: bool = False
    """Whether it is closed because nobody can act in that name, so that it is not even sent once more."""
    unheard: bool = False
    """Whether it was sent before and no answer came."""
    second_look: bool = False
    just_kept: bool = False

    @property
    def title(self) -> str:
        """The action and its case."""
        return f"{self.action.label}：{self.case_no}"

    @property
    def irreversible(self) -> bool:
        """Whether it is looked at once more before it is sent."""
        return self.action in IRREVERSIBLE

    @property
    def kept_at(self) -> datetime | None:
        """When the draft was kept."""
        return self.draft.kept_at if self.draft else None


@router.get("/cases/{case_no}/act/{action}", dependencies=[allowed()])
def form_page(request: Request, desk: Here, who: Who, case_no: str, action: Action, kept: str = "") -> Response:
    """The form, with what the address fills in and what was kept of an earlier visit."""
    file = open_case(desk, case_no, who)
    draft = desk.drafts.find(who.user, case_no, action)
    typed = {**given_in(action, request.query_params), **(draft.fields if draft else {})}
    absent = draft.fields.get("for", ("",))[0] if draft else ""
    page = _page(desk, file, action, who, typed, draft.key if draft else fresh_key(), absent, draft)
    page = replace(page, just_kept=bool(kept and draft))
    return render(request, "act.html", page, 409 if page.closed else 200)


@router.post("/cases/{case_no}/act/{action}", dependencies=[allowed(), InBounds])
async def submit(request: Request, desk: Here, who: Who, form: Form, case_no: str, action: Action) -> Response:
    """Keep the form, show it once more, or send it."""
    filled = await run_in_threadpool(_take_in, desk, who, case_no, action, form)
    step = text_of(form, "step")
    if step in ("discard", "keep", "edit") or filled.page.barred or filled.page.file_faults:
        return await run_in_threadpool(_without_sending, request, desk, filled, step)
    try:
        message = filled.message()
    except Faulty as faulty:
        if filled.page.closed:
            return await run_in_threadpool(_without_sending, request, desk, filled, step)
        again = await run_in_threadpool(_with_faults, desk, filled, faulty)
        return render(request, "act.html", again, 422)
    if filled.page.closed and step != "send":
        return await run_in_threadpool(_without_sending, request, desk, filled, step)
    if action in IRREVERSIBLE and step != "send":
        await run_in_threadpool(filled.keep, desk)
        return render(request, "act.html", replace(filled.page, second_look=True))
    # Also what seems closed goes to the case: a second click under the same key gets the first one's receipt.
    await run_in_threadpool(filled.keep, desk, message)
    try:
        receipt = await desk.acts.act(case_no, action, message, filled.page.key)
    except ActionRefused as refused:
        # The case did not take it: the key is free of any step, and the next try is another action.
        page = replace(filled.page, refusal=str(refused), key=fresh_key(), unheard=False)
        await run_in_threadpool(replace(filled, page=page).keep, desk)
        return render(request, "act.html", page, 409)
    except UnknownCase:
        raise
    except HaochapingError:
        return render(request, "act.html", replace(filled.page, refusal=_UNHEARD, unheard=True), 503)
    await run_in_threadpool(_clear_away, desk, filled)
    return RedirectResponse(f"/cases/{case_no}?done={receipt.seq}", status_code=303)


@dataclass(frozen=True)
class Filled:
    """A form that came in, with its case and with whoever filled it in."""

    file: CaseFile
    actor: Actor
    page: ActionPage
    typed: dict[str, tuple[str, ...]]
    absent: str

    def message(self) -> HumanAction:
        """What is to be sent. Raises Faulty.

        What was sent before without an answer has perhaps been recorded, so that the form no longer fits the case; then
        it is the same message again.
        """
        page = self.page
        actor = self.actor.model_copy(update={"acting_for": page.acting_for})
        references = [each.reference for each in page.files]
        try:
            return read_message(page.action, actor, self.file.standing, list(page.fields), references)
        except Faulty:
            if not page.unheard or page.draft is None:
                raise
            return MESSAGES[page.action].model_validate(page.draft.message)

    def keep(self, desk: Desk, message: HumanAction | None = None) -> None:
        """Keep what was typed, and the message that is being sent."""
        fields = {**self.typed, **({"for": (self.absent,)} if self.absent else {})}
        said = message.model_dump(mode="json") if message is not None else None
        desk.drafts.keep(self.actor.user, self.page.case_no, self.page.action, self.page.key, fields, said)


def _take_in(desk: Desk, who: Actor, case_no: str, action: Action, form: FormData) -> Filled:
    file = open_case(desk, case_no, who)
    draft = desk.drafts.find(who.user, case_no, action)
    key, absent = text_of(form, KEY_FIELD)[:_LONGEST_KEY] or fresh_key(), text_of(form, "for")
    typed = typed_in(action, form)
    faults, files = [], in_hand_for(file, action)
    page = _page(desk, file, action, who, typed, key, absent, draft)
    if takes_files(action):
        # What was sent once has perhaps been recorded with these files: then they stay.
        gone = [] if page.unheard else [each for each in files if each.id not in texts_of(form, "kept")]
        desk.attachments.remove([each.id for each in gone], who.user)
        files = [each for each in files if each not in gone]
        faults = take_files(desk, case_no, action, who, form, files)
    page = replace(page, files=tuple(files), file_faults=tuple(faults))
    return Filled(file, who, page, typed, absent)


def _without_sending(request: Request, desk: Desk, filled: Filled, step: str) -> Response:
    page = filled.page
    case_no, action, user = page.case_no, page.action, filled.actor.user
    if step == "discard":
        if not page.unheard:
            desk.attachments.remove([each.id for each in page.files], user)
        desk.drafts.drop(user, case_no, action)
        return RedirectResponse(f"/cases/{case_no}", status_code=303)
    filled.keep(desk)
    if page.file_faults:
        return render(request, "act.html", page, 422)
    if step == "keep":
        return RedirectResponse(f"/cases/{case_no}/act/{action}?kept=yes", status_code=303)
    return render(request, "act.html", page, 409 if page.closed else 200)


def _with_faults(desk: Desk, filled: Filled, faulty: Faulty) -> ActionPage:
    filled.keep(desk)
    fields = form_fields(
        filled.page.action, filled.file.standing, desk.front.people, filled.typed, faults=faulty.faults
    )
    return replace(filled.page, fields=tuple(fields), refusal="还没有提交，请按下面的提示补正。")


def _clear_away(desk: Desk, filled: Filled) -> None:
    """The step is recorded: the draft has done its work."""
    desk.drafts.drop(filled.actor.user, filled.page.case_no, filled.page.action)


def _page(
    desk: Desk,
    file: CaseFile,
    action: Action,
    who: Actor,
    typed: dict[str, tuple[str, ...]],
    key: str,
    absent: str,
    draft: Draft | None,
) -> ActionPage:
    case, standing = file.case, file.standing
    barred = ""
    actor = who
    try:
        actor = acting(desk, case, who, absent)
    except ActionRefused as refused:
        barred = str(refused)
    refusal = barred or refusal_of_person(action, actor, standing.state, standing.order, standing.now) or ""
    absentees = [desk.front.people.user(each) for each in desk.front.stands_in_for(who.user)]
    own = Option(who.user, "本人")
    unheard = draft is not None and draft.message is not None and draft.key == key
    return ActionPage(
        case_no=case.case_no,
        matter=case.task_name or "（未填事项名称）",
        unit_name=case.unit_name,
        standing=case.ending.label if case.ending else case.stage.label,
        action=action,
        fields=tuple(form_fields(action, standing, desk.front.people, typed)),
        key=key,
        acting_for=actor.acting_for,
        names=(own, *(Option(each.id, f"代理 {each.name}") for each in absentees)) if absentees else (),
        takes_files=takes_files(action),
        files=tuple(in_hand_for(file, action)),
        draft=draft,
        refusal=_UNHEARD if unheard else refusal,
        closed=bool(refusal) and not unheard,
        barred=bool(barred),
        unheard=unheard,
    )
