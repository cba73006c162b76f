"""A citizen's link: how the case stands in everyday words, and, when it is over, the re-evaluation (再评价);
and refusing the SMS that nothing depends on (退订).

Decides what is shown to whoever has the link; the link is the secret, so nothing here asks for a login, and a link that
never was looks like one that has expired.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, BackgroundTasks, Request
from fastapi.responses import RedirectResponse, Response

from casework.citizens import citizen_view
from models.errors import ActionRefused, BadInput, UnknownCase
from models.outside import CitizenView, ReEvaluation
from models.ratings import SatisfactionLevel
from policy.code_systems import ACTIVE_TAGS, reasons_of
from web.access import Here, anyone
from web.forms import Form, text_of, texts_of
from web.pages import render
from web.ports import Desk
from web.throttle import throttled

router = APIRouter()

_throttle = throttled(per_minute=30, burst=60)
_LONGEST_COMMENT = 500

REFUSE, ACCEPT = "refuse", "accept"
"""What the page's button about SMS says."""


@dataclass(frozen=True)
class CitizenPage:
    """The case, and the form when it may be rated again."""

    view: CitizenView
    token: str
    levels: tuple[tuple[SatisfactionLevel, Mapping[str, str]], ...] = tuple(
        (level, reasons_of(level)) for level in sorted(SatisfactionLevel, reverse=True)
    )
    """Each level with its reason tags."""
    chosen: int = 0
    reasons: frozenset[str] = frozenset()
    comment: str = ""
    refusal: str = ""
    longest: int = _LONGEST_COMMENT
    sms_refused: bool | None = None
    """Whether invitations by SMS are refused (退订); None where there is no number to send any to."""

    @property
    def title(self) -> str:
        """Whether it is about a rating or a report."""
        return f"您的{self.view.said}办理进度"


@dataclass(frozen=True)
class GonePage:
    """A link that leads nowhere, whether it has expired or never was."""

    title: str = "链接不能打开"


@router.get("/c/{token}", dependencies=[anyone(), _throttle])
def citizen_page(request: Request, token: str, desk: Here) -> Response:
    """How the case stands."""
    view = _view(desk, token)
    if view is None:
        return render(request, "citizen_gone.html", GonePage(), 404)
    return render(request, "citizen.html", CitizenPage(view, token, sms_refused=_sms_refused(desk, view)))


@router.post("/c/{token}/sms", dependencies=[anyone(), _throttle])
def choose_sms(request: Request, token: str, desk: Here, form: Form) -> Response:
    """Refuse invitations by SMS, or want them again; what the procedure obliges us to tell comes all the same."""
    view = _view(desk, token)
    if view is None:
        return render(request, "citizen_gone.html", GonePage(), 404)
    wish = text_of(form, "wish")
    if wish not in (REFUSE, ACCEPT):
        raise BadInput("没有选择退订还是恢复，请返回页面，点其中一个按钮。")
    desk.outside.sms_refusals.choose(view.case_no, refused=wish == REFUSE)
    return RedirectResponse(f"/c/{token}", status_code=303)


@router.post("/c/{token}", dependencies=[anyone(), _throttle])
def rate(request: Request, token: str, desk: Here, form: Form, later: BackgroundTasks) -> Response:
    """Take the re-evaluation; reasons of a level that was left again do not count. When it is bad again its case is
    opened after the answer.
    """
    level, comment = text_of(form, "level"), text_of(form, "comment").replace("\r\n", "\n")
    reasons = frozenset(texts_of(form, "reason"))
    refusal = ""
    if level not in {str(int(each)) for each in SatisfactionLevel}:
        refusal = "请选择一个满意程度。"
    elif not reasons <= ACTIVE_TAGS.keys():
        refusal = "有的理由不在可选的范围内，请在页面上重新选择。"
    elif len(comment) > _LONGEST_COMMENT:
        refusal = f"文字最多 {_LONGEST_COMMENT} 个字，现在有 {len(comment)} 个字，请缩短后再提交。"
    elif not all(each.isprintable() or each == "\n" for each in comment):
        refusal = "文字中有看不见的字符，请删除后再提交。"
    if not refusal:
        try:
            chosen_level = SatisfactionLevel(int(level))
            tags = tuple(code for code in reasons_of(chosen_level) if code in reasons)
            said = ReEvaluation(level=chosen_level, tags=tags, comment=comment)
            place = desk.outside.citizens.rate(token, said)
        except ActionRefused as error:
            refusal = str(error)
        else:
            if place is not None:
                later.add_task(desk.outside.intake.open_soon, place)
                return RedirectResponse(f"/c/{token}", status_code=303, background=later)
    view = _view(desk, token)
    if view is None:
        return render(request, "citizen_gone.html", GonePage(), 404)
    chosen = int(level) if level in "12345" and level else 0
    sms_refused = _sms_refused(desk, view)
    page = CitizenPage(
        view, token, chosen=chosen, reasons=reasons, comment=comment, refusal=refusal, sms_refused=sms_refused
    )
    return render(request, "citizen.html", page, 422)


def _sms_refused(desk: Desk, view: CitizenView) -> bool | None:
    return desk.outside.sms_refusals.of_case(view.case_no)


def _view(desk: Desk, token: str) -> CitizenView | None:
    linked = desk.outside.citizens.behind(token)
    if linked is None:
        return None
    reader = desk.front.reader
    try:
        case = reader.case(linked.case_no)
    except UnknownCase:
        return None
    entries, clocks = reader.entries(linked.case_no), reader.clocks(linked.case_no)
    return citizen_view(case, entries, clocks, may_rate=linked.has_rating, rated=linked.rated)
