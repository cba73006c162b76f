"""`document CASE [KIND --out FILE]`: the official documents (文书) of a case, listed, or made as DOCX or PDF.

Decides how they are listed and which one is meant. What a document says and who may have it stands in
`casework.documents`.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from casework.documents import documents_for, made, papers_of
from casework.standing import standing_of, visible_case
from casework.text import table
from cli.context import Context
from cli.made_files import ENDINGS, is_pdf, need_new_file, write_new_file
from models.documents import Document, DocumentKind
from models.errors import BadInput


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "案件的文书：整改情况反馈、督办函、约谈通知、通报、申诉复核决定。不写种类时列出可以生成的文书；"
        "写了种类和 --out 时生成一份，首次生成时编号，再次生成文号不变。"
    )
    parser.add_argument("case_no", metavar="CASE", help="案件编号")
    parser.add_argument("kind", metavar="KIND", nargs="?", help="文书种类，如 督办函 或 supervision_order")
    parser.add_argument("--out", metavar="FILE", type=Path, help="写到哪个文件，以 .docx 或 .pdf 结尾")
    parser.add_argument("--step", metavar="N", type=int, help="同一种类有几份时，是哪一步形成的；不写取最近一份")
    parser.add_argument("--as", dest="user", metavar="USER", help="以哪个用户取用；只列出该用户可以取得的文书")


def run(args: Namespace, context: Context, out: TextIO, err: TextIO) -> int:
    """List the documents, or write one. Raises BadInput, UnknownCase, NotVisible or NoDocument."""
    del err
    case, actor = visible_case(context, args.case_no, args.user)
    standing, entries = standing_of(context, case), context.reader.entries(case.case_no)
    possible = documents_for(actor, case, entries, standing.rules.policy)
    if args.kind is None:
        _list(possible, context, case.case_no, out)
        return 0
    document = _meant(possible, _kind(args.kind), args.step)
    path = _path(args.out)
    papers = papers_of(context, standing, entries, context.complaint(case.case_no).reasons)
    number, content = made(document, papers, context.documents, args.user)
    write_new_file(path, context.documents.pdf(content) if is_pdf(path) else content)
    print(f"{document.kind.label} {number} 已写入 {path}", file=out)
    return 0


def _list(documents: Sequence[Document], context: Context, case_no: str, out: TextIO) -> None:
    if not documents:
        print("这个案件目前没有可以生成的文书。", file=out)
        return
    numbers = context.documents.numbers(case_no)
    rows = [
        (
            each.kind.label,
            each.kind.value,
            each.number or numbers.get(each.step) or "生成时编号",
            str(each.day),
            f"第 {each.step} 步",
        )
        for each in documents
    ]
    print("\n".join(table(rows)), file=out)


def _kind(given: str) -> DocumentKind:
    found = next((kind for kind in DocumentKind if given in (kind.value, kind.label)), None)
    if found is None:
        raise BadInput(
            f"没有“{given}”这种文书。可用：{'、'.join(f'{kind.label}（{kind}）' for kind in DocumentKind)}。"
        )
    return found


def _meant(possible: Sequence[Document], kind: DocumentKind, step: int | None) -> Document:
    """The latest of the kind, or the one of that step."""
    found = [each for each in possible if each.kind is kind and step in (None, each.step)]
    if not found:
        which = f"第 {step} 步没有形成" if step is not None else "这个案件目前没有可以生成的"
        raise BadInput(f"{which}{kind.label}。不写种类可以列出现有的文书。")
    return found[-1]


def _path(given: Path | None) -> Path:
    if given is None:
        raise BadInput(f"请用 --out 写明文件名，以 {' 或 '.join(ENDINGS)} 结尾。")
    need_new_file(given)
    return given
