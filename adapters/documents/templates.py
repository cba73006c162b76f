"""The templates of official documents: found in the jurisdiction's folder, checked, and filled.

Decides how a template is found and that it is filled completely. `jurisdictions/_shared/documents/<kind>.docx` is the
default; a file of the same name in `jurisdictions/<id>/documents/` takes its place. A template sees the blanks of its
kind (`models.documents`, `models.circulars`) and nothing else, in a sandbox.
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from adapters.policy_files import JURISDICTIONS, SHARED
from adapters.rating_store import without_long_numbers
from models.circulars import MAY_BE_EMPTY, UNITS, CircularBlank, FilledCircular, UnitBlank
from models.documents import NEEDED, OPTIONAL, WRITTEN, Document, DocumentKind, Filled
from models.errors import NoDocument

FOLDER = "documents"

PERIOD_CIRCULAR = "period_circular"
"""The template of the circular of a period; those of a case are called as their kinds."""

_UNREADABLE = (PackageNotFoundError, BadZipFile, KeyError, ValueError, OSError)
_NEW_PARAGRAPH = "\a"
"""What the library makes a paragraph of, with the look of the one that it stands in."""
_NOT_IN_XML = re.compile("[^\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class _Form:
    """What the templates of one name may ask for. `tables` have the names of rows, each with what a row may ask for."""

    label: str
    needed: frozenset[str]
    optional: frozenset[str]
    tables: Mapping[str, frozenset[str]]

    @property
    def known(self) -> frozenset[str]:
        """All names."""
        return self.needed | self.optional | frozenset(self.tables)

    def sample(self, given: frozenset[str]) -> Mapping[str, object]:
        """Something in those blanks, nothing in the others, and one row in each table."""
        rows = {name: [dict.fromkeys(columns, "样")] for name, columns in self.tables.items()}
        return {name: "样" if name in given else "" for name in self.needed | self.optional} | rows


_FORMS: Mapping[str, _Form] = {
    **{kind.value: _Form(kind.label, NEEDED[kind], OPTIONAL[kind], {}) for kind in DocumentKind},
    PERIOD_CIRCULAR: _Form(
        "期间通报", frozenset(CircularBlank) - MAY_BE_EMPTY, MAY_BE_EMPTY, {UNITS: frozenset(UnitBlank)}
    ),
}


@dataclass(frozen=True)
class Templates:
    """The templates of all jurisdictions below one folder."""

    root: Path = JURISDICTIONS

    def fill(self, document: Document, blanks: Filled) -> bytes:
        """The document as DOCX. Raises NoDocument for a template that is missing or wrong."""
        shown = {blank.value: _shown(text, blank in WRITTEN) for blank, text in blanks.items()}
        return self._made(document.jurisdiction, document.kind, shown)

    def fill_circular(self, jurisdiction: str, content: FilledCircular) -> bytes:
        """The circular of a period as DOCX. Raises NoDocument for a template that is missing or wrong."""
        shown = {blank.value: _shown(text) for blank, text in content.blanks.items()}
        rows = [{blank.value: _shown(text) for blank, text in row.items()} for row in content.units]
        return self._made(jurisdiction, PERIOD_CIRCULAR, {**shown, UNITS: rows})

    def path(self, jurisdiction: str, name: str) -> Path:
        """The template of that name: the jurisdiction's own, else the shared one."""
        own = self.root / jurisdiction / FOLDER / f"{name}.docx"
        return own if own.is_file() else self.root / SHARED / FOLDER / f"{name}.docx"

    def _made(self, jurisdiction: str, name: str, shown: Mapping[str, object]) -> bytes:
        path = self.path(jurisdiction, name)
        try:
            return _filled(path, shown)
        except (*_UNREADABLE, TemplateError, TypeError) as fault:
            where = f"{path.parent.parent.name}/{FOLDER}/{path.name}"
            raise NoDocument(
                f"文书模板 {where} 有误，没有生成{_FORMS[name].label}：{_said(fault)}。请告诉管理员。"
            ) from fault


def faults_in(folder: Path) -> Iterator[tuple[Path, str]]:
    """What is wrong with the templates in a folder: the file and a sentence for each fault."""
    forms = {f"{name}.docx": form for name, form in _FORMS.items()}
    for path in sorted(folder.iterdir()):
        if path.name.startswith(("~$", ".")):
            continue  # the marks of a program that has the file open
        if path.name not in forms:
            yield path, f"没有这种文书，文件名只能是 {'、'.join(sorted(forms))}"
        else:
            yield from ((path, fault) for fault in _faults(path, forms[path.name]))


def _faults(path: Path, form: _Form) -> Iterator[str]:
    try:
        asked = DocxTemplate(path).get_undeclared_template_variables(_environment())
        unknown = sorted(asked - form.known)
        for name in unknown:
            yield f"“{name}”不是{form.label}的填空项，可用的有 {'、'.join(sorted(form.known))}"
        if not unknown:
            for given in (form.known, form.needed):
                _filled(path, form.sample(given))
    except (*_UNREADABLE, TemplateError, TypeError) as fault:
        yield _said(fault)


def _filled(path: Path, shown: Mapping[str, object]) -> bytes:
    template = DocxTemplate(path)
    template.render(dict(shown), _environment(), autoescape=True)
    made = io.BytesIO()
    template.save(made)
    return made.getvalue()


def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)


def _shown(text: str, is_written: bool = False) -> str:
    """What stands in a blank: no character that a document cannot hold, and each line a paragraph.

    Long numbers in what people have written are masked.
    """
    kept = "\n".join(line.strip() for line in _NOT_IN_XML.sub("", text).splitlines() if line.strip())
    return (without_long_numbers(kept) if is_written else kept).replace("\n", _NEW_PARAGRAPH)


def _said(fault: Exception) -> str:
    match fault:
        case TemplateSyntaxError():
            return f"填空项的写法有误（{fault.message}）"
        case TemplateError():
            return f"填空项不能填写（{fault.message}）"
        case _:
            return "不是能打开的 DOCX 文件，请用文字处理软件另存为 DOCX 格式"
