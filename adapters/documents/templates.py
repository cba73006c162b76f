"""The templates of official documents: found in the jurisdiction's folder, checked, and filled.

Decides how a template is found and that it is filled completely. `jurisdictions/_shared/documents/<kind>.docx` is the
default; a file of the same name in `jurisdictions/<id>/documents/` takes its place. A template sees the blanks of its
kind (`models.documents`) and nothing else, in a sandbox.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from adapters.policy_files import JURISDICTIONS, SHARED
from adapters.rating_store import without_long_numbers
from models.documents import NEEDED, OPTIONAL, WRITTEN, Blank, Document, DocumentKind, Filled
from models.errors import NoDocument

FOLDER = "documents"

_UNREADABLE = (PackageNotFoundError, BadZipFile, KeyError, ValueError, OSError)
_NEW_PARAGRAPH = "\a"
"""What the library makes a paragraph of, with the look of the one that it stands in."""
_NOT_IN_XML = re.compile("[^\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Templates:
    """The templates of all jurisdictions below one folder."""

    root: Path = JURISDICTIONS

    def fill(self, document: Document, blanks: Filled) -> bytes:
        """The document as DOCX. Raises NoDocument for a template that is missing or wrong."""
        path = self.path(document.jurisdiction, document.kind)
        shown = {blank: _shown(blank, text) for blank, text in blanks.items()}
        try:
            return _filled(path, shown)
        except (*_UNREADABLE, TemplateError, TypeError) as fault:
            where = f"{path.parent.parent.name}/{FOLDER}/{path.name}"
            raise NoDocument(
                f"文书模板 {where} 有误，没有生成{document.kind.label}：{_said(fault)}。请告诉管理员。"
            ) from fault

    def path(self, jurisdiction: str, kind: DocumentKind) -> Path:
        """The template of a kind: the jurisdiction's own, else the shared one."""
        own = self.root / jurisdiction / FOLDER / f"{kind}.docx"
        return own if own.is_file() else self.root / SHARED / FOLDER / f"{kind}.docx"


def faults_in(folder: Path) -> Iterator[tuple[Path, str]]:
    """What is wrong with the templates in a folder: the file and a sentence for each fault."""
    kinds = {f"{kind}.docx": kind for kind in DocumentKind}
    for path in sorted(folder.iterdir()):
        if path.name.startswith(("~$", ".")):
            continue  # the marks of a program that has the file open
        if path.name not in kinds:
            yield path, f"没有这种文书，文件名只能是 {'、'.join(sorted(kinds))}"
        else:
            yield from ((path, fault) for fault in _faults(path, kinds[path.name]))


def _faults(path: Path, kind: DocumentKind) -> Iterator[str]:
    known = NEEDED[kind] | OPTIONAL[kind]
    try:
        asked = DocxTemplate(path).get_undeclared_template_variables(_environment())
        unknown = sorted(asked - known)
        for name in unknown:
            yield f"“{name}”不是{kind.label}的填空项，可用的有 {'、'.join(sorted(known))}"
        if not unknown:
            for given in (known, NEEDED[kind]):
                _filled(path, {blank: "样" if blank in given else "" for blank in known})
    except (*_UNREADABLE, TemplateError, TypeError) as fault:
        yield _said(fault)


def _filled(path: Path, blanks: Filled) -> bytes:
    template = DocxTemplate(path)
    template.render({blank.value: text for blank, text in blanks.items()}, _environment(), autoescape=True)
    made = io.BytesIO()
    template.save(made)
    return made.getvalue()


def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)


def _shown(blank: Blank, text: str) -> str:
    """What stands in the blank: no character that a document cannot hold, and each line a paragraph."""
    kept = "\n".join(line.strip() for line in _NOT_IN_XML.sub("", text).splitlines() if line.strip())
    return (without_long_numbers(kept) if blank in WRITTEN else kept).replace("\n", _NEW_PARAGRAPH)


def _said(fault: Exception) -> str:
    match fault:
        case TemplateSyntaxError():
            return f"填空项的写法有误（{fault.message}）"
        case TemplateError():
            return f"填空项不能填写（{fault.message}）"
        case _:
            return "不是能打开的 DOCX 文件，请用文字处理软件另存为 DOCX 格式"
