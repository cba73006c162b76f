"""The official documents (文书) of a case as downloads: DOCX to be worked on, PDF to be printed and sealed.

Decides nothing: what a document says and who may have it stands in `casework.documents`. Whoever asks for a document
first gives it its number; whoever asks again gets the same one.
"""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response

from casework.documents import READERS, documents_for, file_name, made, papers_of
from models.actors import Actor
from models.errors import UnknownCase
from web.access import Here, Who, allowed
from web.casefile import CaseFile, open_case
from web.downloads import download
from web.ports import Desk

router = APIRouter()


@dataclass(frozen=True)
class Paper:
    """A document as a case's page lists it. `number` is empty until somebody asks for it; `path` lacks the ending."""

    label: str
    number: str
    day: date
    path: str


@dataclass(frozen=True)
class Paperwork:
    """The documents of a case that its reader may have, and whether they can be had as PDF."""

    papers: tuple[Paper, ...]
    has_pdf: bool


@router.get("/cases/{case_no}/documents/{step}.docx", dependencies=[allowed(*READERS)])
def as_docx(desk: Here, who: Who, case_no: str, step: int) -> Response:
    """The document that this step brought about. What somebody may not have is not there for them."""
    name, content = _document(desk, who, case_no, step)
    return download(content, name, "docx", "document")


@router.get("/cases/{case_no}/documents/{step}.pdf", dependencies=[allowed(*READERS)])
def as_pdf(desk: Here, who: Who, case_no: str, step: int) -> Response:
    """The same, as PDF."""
    name, content = _document(desk, who, case_no, step)
    return download(desk.documents.pdf(content), name, "pdf", "document")


def paperwork_of(desk: Desk, file: CaseFile, actor: Actor) -> Paperwork:
    """The documents of the case for its page."""
    found = documents_for(actor, file.case, file.entries, file.standing.rules.policy)
    numbers = desk.documents.numbers(file.case.case_no) if found else {}
    return Paperwork(
        papers=tuple(
            Paper(
                label=each.kind.label,
                number=each.number or numbers.get(each.step, ""),
                day=each.day,
                path=f"/cases/{each.case_no}/documents/{each.step}",
            )
            for each in found
        ),
        has_pdf=desk.documents.has_pdf,
    )


def _document(desk: Desk, actor: Actor, case_no: str, step: int) -> tuple[str, bytes]:
    """The name of the file without its ending, and the document."""
    file = open_case(desk, case_no, actor)
    possible = documents_for(actor, file.case, file.entries, file.standing.rules.policy)
    document = next((each for each in possible if each.step == step), None)
    if document is None:
        raise UnknownCase("没有这份文书，或者您不能取得。")
    papers = papers_of(desk.front, file.standing, file.entries, desk.records.complaint(case_no).reasons)
    number, content = made(document, papers, desk.documents, actor.user)
    return file_name(document, number), content
