"""The policies in words: every parameter of a jurisdiction with the document it comes from, or marked as assumed."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from casework.policies import grounds_of, is_only_stated, placeholders_of, summary_of, title_of
from models.actors import Role
from policy.parameters import BASIS_LABELS, GROUPS, said
from policy.parsing import Basis
from web.access import Here, allowed
from web.pages import in_menu, render

router = APIRouter()

READERS = (Role.SUPERVISOR, Role.ADMIN, Role.HEAD, Role.OFFICER, Role.HOTLINE, Role.REVIEWER)
in_menu("规则", "/policies", Role.SUPERVISOR, Role.ADMIN, Role.HEAD, Role.REVIEWER)


@dataclass(frozen=True)
class PolicyLine:
    """One place in the list."""

    id: str
    title: str
    summary: str


@dataclass(frozen=True)
class PoliciesPage:
    """All places."""

    policies: tuple[PolicyLine, ...]
    title: str = "各地的程序规则"


@dataclass(frozen=True)
class ParameterRow:
    """One parameter: what it is called, its value in words, on what it stands."""

    key: str
    label: str
    said: str
    basis: str
    tone: str
    grounds: tuple[str, ...]
    only_stated: bool


@dataclass(frozen=True)
class PolicyGroup:
    """Parameters that are read together."""

    title: str
    rows: tuple[ParameterRow, ...]


@dataclass(frozen=True)
class PolicyPage:
    """One place's policy."""

    title: str
    summary: str
    digest: str
    placeholders: tuple[str, ...]
    groups: tuple[PolicyGroup, ...]


_TONES = {Basis.STATED: "good", Basis.DERIVED: "", Basis.ASSUMPTION: "soon"}


@router.get("/policies", dependencies=[allowed(*READERS)])
def policies(request: Request, desk: Here) -> Response:
    """The places that have a policy."""
    files = [(each, desk.shelf.file(each)) for each in desk.shelf.ids()]
    lines = tuple(PolicyLine(each, title_of(file), summary_of(file)) for each, file in files)
    return render(request, "policies.html", PoliciesPage(lines))


@router.get("/policies/{jurisdiction}", dependencies=[allowed(*READERS)])
def policy(request: Request, desk: Here, jurisdiction: str) -> Response:
    """One place's policy in words."""
    file = desk.shelf.file(jurisdiction)
    groups = []
    for group in GROUPS:
        rows = []
        for key, label in group.labels.items():
            parameter = file.parameters[key]
            rows.append(
                ParameterRow(
                    key=key,
                    label=label,
                    said=said(file, key),
                    basis=BASIS_LABELS[parameter.basis],
                    tone=_TONES[parameter.basis],
                    grounds=tuple(grounds_of(parameter)),
                    only_stated=is_only_stated(key),
                )
            )
        groups.append(PolicyGroup(group.title, tuple(rows)))
    page = PolicyPage(
        f"{title_of(file)}的程序规则",
        summary_of(file),
        file.policy.digest(),
        tuple(placeholders_of(file)),
        tuple(groups),
    )
    return render(request, "policy.html", page)
