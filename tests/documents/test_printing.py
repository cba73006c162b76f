"""PDF by LibreOffice: what is printed says the same; what hangs, fails or is missing is said in a sentence."""

import io
import os
import re
import stat
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest
from pypdf import PdfReader

from adapters.documents.printing import MISSING, Printer
from adapters.documents.templates import Templates
from models.documents import NEEDED, Blank, DocumentKind
from models.errors import NoDocument
from tests.documents.samples import document, filled

WITH_LIBREOFFICE = pytest.mark.skipif(
    Printer().program is None and not os.environ.get("CI"),
    reason="LibreOffice is missing, so no document was printed. Debian: apt install libreoffice-writer-nogui",
)
"""Where there is none, these tests are skipped and the run says so; in CI they fail."""

KINDS = list(DocumentKind)


def printed(content: bytes) -> tuple[int, str, tuple[float, float]]:
    """How many pages a PDF has, what they say without spaces and page numbers, and the size of the first in mm."""
    pages = PdfReader(io.BytesIO(content)).pages
    text = "".join(re.sub(r"—\s*\d+\s*—", "", page.extract_text()) for page in pages)
    box = pages[0].mediabox
    return len(pages), re.sub(r"\s", "", text), (float(box.width) / 72 * 25.4, float(box.height) / 72 * 25.4)


@WITH_LIBREOFFICE
@pytest.mark.parametrize("kind", KINDS)
def test_a_document_is_printed_with_all_that_it_says(kind: DocumentKind) -> None:
    blanks = filled(kind)
    count, said, (width, height) = printed(Printer().pdf(Templates().fill(document(kind), blanks)))
    assert count == 2
    assert (round(width), round(height)) == (210, 297)
    told = {blank: text for blank, text in blanks.items() if blank is not Blank.UNIT_NAME or blank in NEEDED[kind]}
    assert [text for text in told.values() if re.sub(r"\s", "", text) not in said] == []


@WITH_LIBREOFFICE
def test_the_seal_s_place_never_stands_alone_on_a_page() -> None:
    kind, template = DocumentKind.WRITTEN_FEEDBACK, Templates()
    counts = set()
    for lines in (17, 18):
        measures = "\n".join(f"整改措施之{number}。" for number in range(lines))
        content = Printer().pdf(template.fill(document(kind), filled(kind, measures=measures)))
        *_, last = PdfReader(io.BytesIO(content)).pages
        counts.add(len(PdfReader(io.BytesIO(content)).pages))
        assert "特此反馈" in re.sub(r"\s", "", last.extract_text())
    assert counts == {2, 3}


@WITH_LIBREOFFICE
def test_two_who_print_at_once_both_get_theirs() -> None:
    printers = (Printer(), Printer())
    made = [Templates().fill(document(kind), filled(kind)) for kind in KINDS[:2]]
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda printer, docx: printer.pdf(docx), printers, made))
    assert ["特此反馈" in printed(content)[1] for content in both] == [True, False]


def test_without_libreoffice_one_is_told_what_can_be_had() -> None:
    with pytest.raises(NoDocument, match=re.escape(MISSING)):
        Printer(program=None).pdf(b"")


def _program(folder: Path, script: str) -> str:
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_a_program_that_hangs_is_ended_with_what_it_started(tmp_path: Path) -> None:
    child, told = tmp_path / "child", tmp_path / "told"
    program = _program(tmp_path, f"sleep 600 & echo $! > {told}; mv {told} {child}; wait")
    for seconds in (1, 4, 16, 64):  # until the program was given long enough to start something
        with pytest.raises(NoDocument, match=rf"LibreOffice 在 {seconds} 秒内没有生成 PDF"):
            Printer(program, longest=seconds).pdf(b"")
        if child.exists():
            break
    deadline = monotonic() + 60
    while _runs(int(child.read_text())):
        assert monotonic() < deadline
        sleep(0.02)


def _runs(number: int) -> bool:
    """Whether there is such a process; one that has ended may still wait for somebody to take note of it."""
    try:
        return bool(psutil.Process(number).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_a_program_that_makes_nothing_is_quoted(tmp_path: Path) -> None:
    program = _program(tmp_path, "echo 'source file could not be loaded' >&2; exit 1")
    with pytest.raises(NoDocument, match=r"没有生成 PDF，请先下载 DOCX。source file could not be loaded"):
        Printer(program).pdf(b"")


def test_where_too_many_want_to_print_the_next_one_is_told_so_at_once(tmp_path: Path) -> None:
    go_on = tmp_path / "go-on"
    wait = f"until [ -e {go_on} ]; do sleep 0.02; done"
    printer = Printer(_program(tmp_path, f"{wait}; cp document.docx document.pdf"))
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(printer.pdf, b"x") for _ in range(6)]
        refused = list(islice(as_completed(asked, timeout=60), 2))
        go_on.touch()
        made = [each.result(timeout=60) for each in asked if each not in refused]
    assert made == [b"x"] * 4
    assert all("请稍后再试" in str(each.exception()) for each in refused)
    assert printer.pdf(b"y") == b"y"


def test_each_conversion_has_a_profile_of_its_own_that_is_gone_afterwards(tmp_path: Path) -> None:
    told = tmp_path / "told"
    program = _program(tmp_path, f'mkdir profile && echo "$1 $PWD" >> {told}; cp document.docx document.pdf')
    printer = Printer(program)
    assert [printer.pdf(content) for content in (b"one", b"two")] == [b"one", b"two"]
    lines = told.read_text().splitlines()
    profiles, folders = zip(*(line.split() for line in lines), strict=True)
    assert len(set(profiles)) == 2
    assert profiles == tuple(f"-env:UserInstallation=file://{folder}/profile" for folder in folders)
    assert [folder for folder in folders if Path(folder).exists()] == []
