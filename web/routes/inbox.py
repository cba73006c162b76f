"""The inbox (站内信): the notices to the person who has logged in, also when SMS and mail are down.

Decides that opening the page marks nothing: a notice is read when its reader says so or goes on to its case.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from models.actors import Role
from models.messages import InboxNotice
from models.notices import NoticeKind
from web.access import Here, Who, allowed
from web.forms import Form, text_of
from web.pages import INBOX, in_menu, render

router = APIRouter()

READERS = (Role.OFFICER, Role.HOTLINE, Role.SUPERVISOR, Role.CLERK, Role.HEAD, Role.REVIEWER)
"""Everybody whom a step of a case can tell something; an administrator is told nothing."""

in_menu("站内信", INBOX, *READERS)


@dataclass(frozen=True)
class Elsewhere:
    """A page that a notice leads to, and what the button calls it."""

    path: str
    name: str


WITHOUT_A_CASE = {
    NoticeKind.PERIODIC_WORK: Elsewhere("/rhythm", "定期工作"),
    NoticeKind.POINTS_KEPT: Elsewhere("/points", "月积分"),
}
"""Where the notices lead to that are about no case."""


@dataclass(frozen=True)
class InboxPage:
    """One page of the notices, the newest first. `newest` is the key up to which everything can be marked as read."""

    notices: tuple[InboxNotice, ...]
    newest: str
    place: str
    first: str
    older: str
    title: str = "站内信"

    def leads_to(self, notice: InboxNotice) -> str:
        """What the button of a notice opens."""
        return "案件" if notice.case_no else WITHOUT_A_CASE[notice.kind].name

    @property
    def has_unread(self) -> bool:
        """Whether any notice of this page is unread."""
        return any(not each.is_read for each in self.notices)


@router.get("/inbox", dependencies=[allowed(*READERS)])
def inbox(request: Request, desk: Here, who: Who, after: str = "") -> Response:
    """The page that begins behind that place."""
    found = desk.messages.inbox.page(who.user, after)
    page = InboxPage(
        notices=tuple(found.notices),
        newest=found.notices[0].key if found.notices else "",
        place=after,
        first=INBOX if after else "",
        older=f"{INBOX}?{urlencode({'after': found.next})}" if found.next else "",
    )
    return render(request, "inbox.html", page)


@router.post("/inbox/read", dependencies=[allowed(*READERS)])
def read(desk: Here, who: Who, form: Form) -> Response:
    """Mark one notice as read, or everything up to the newest that was shown; then the same page again."""
    if newest := text_of(form, "newest"):
        desk.messages.inbox.mark_all_read(who.user, newest)
    elif key := text_of(form, "notice"):
        desk.messages.inbox.mark_read(who.user, [key])
    place = text_of(form, "place")
    return RedirectResponse(f"{INBOX}?{urlencode({'after': place})}" if place else INBOX, status_code=303)


@router.post("/inbox/open", dependencies=[allowed(*READERS)])
def open_it(desk: Here, who: Who, form: Form) -> Response:
    """Mark a notice as read and go on to what it is about."""
    key = text_of(form, "notice")
    kind, case_no = desk.messages.inbox.about(who.user, key)
    desk.messages.inbox.mark_read(who.user, [key])
    return RedirectResponse(f"/cases/{case_no}" if case_no else WITHOUT_A_CASE[kind].path, status_code=303)
