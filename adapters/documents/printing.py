"""PDF of a document, by the LibreOffice of this machine.

Decides that one conversion runs at a time, each on a profile folder of its own that is gone afterwards (two programs on
one profile wait for each other or fail), that a program which hangs is ended with everything that it started, and what
stands in for a font that is not installed.
"""

import os
import shutil
import signal
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

from adapters.documents.layout import DIGIT_FONT, HEADING_FONT, TEXT_FONT, TITLE_FONT
from models.errors import NoDocument

MISSING = "本机没有安装 LibreOffice，只能下载 DOCX。"

_PROGRAMS = ("soffice", "libreoffice")
_LONGEST = 90
"""Seconds. A document of a few pages takes two or three, the first one after a start up to ten."""
_ROOM = 4
"""Conversions that are under way or wait; whoever comes then is told so, because each of them holds a thread."""

_SERIF, _SANS = "Noto Serif CJK SC", "Noto Sans CJK SC"
_STAND_INS = {
    TITLE_FONT: ("宋体", "SimSun", _SERIF),
    TEXT_FONT: ("仿宋_GB2312", "FangSong", _SERIF),
    HEADING_FONT: ("SimHei", _SANS),
    DIGIT_FONT: ("SimSun", _SERIF),
}
"""What is printed with where a font of the standard is not installed, the nearest first."""


@dataclass(frozen=True)
class Printer:
    """Makes PDF files. `program` is LibreOffice's command; None where there is none."""

    program: str | None = field(
        default_factory=lambda: next((p for name in _PROGRAMS if (p := shutil.which(name))), None)
    )
    longest: float = _LONGEST
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _room: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(_ROOM), repr=False)

    def pdf(self, docx: bytes) -> bytes:
        """That DOCX as PDF. Raises NoDocument when LibreOffice is not there, is too busy, fails or takes too long."""
        if self.program is None:
            raise NoDocument(MISSING)
        if not self._room.acquire(blocking=False):
            raise NoDocument("有多份文书正在生成 PDF，请稍后再试，或先下载 DOCX。")
        try:
            return self._printed(self.program, docx)
        finally:
            self._room.release()

    def _printed(self, program: str, docx: bytes) -> bytes:
        with self._one_at_a_time, TemporaryDirectory(prefix="haochaping-print-", ignore_cleanup_errors=True) as made:
            folder = Path(made)
            (folder / "document.docx").write_bytes(docx)
            (folder / "fonts.conf").write_text(_fonts(), encoding="utf-8")
            said = self._convert(program, folder)
            try:
                return (folder / "document.pdf").read_bytes()
            except FileNotFoundError:
                raise NoDocument(f"LibreOffice 没有生成 PDF，请先下载 DOCX。{said}".rstrip()) from None

    def _convert(self, program: str, folder: Path) -> str:
        """Run the program; what it said when it failed."""
        command = [
            program,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--norestore",
            "--convert-to",
            "pdf:writer_pdf_Export",
            "--outdir",
            str(folder),
            str(folder / "document.docx"),
        ]
        with subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "HOME": str(folder), "FONTCONFIG_FILE": str(folder / "fonts.conf")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            text=True,
            errors="replace",
        ) as running:
            try:
                _, complaint = running.communicate(timeout=self.longest)
            except subprocess.TimeoutExpired:
                os.killpg(running.pid, signal.SIGKILL)
                raise NoDocument(
                    f"LibreOffice 在 {self.longest:g} 秒内没有生成 PDF，请先下载 DOCX，稍后再试。"
                ) from None
        return complaint.strip()[-300:] if running.returncode else ""


def _fonts() -> str:
    """This machine's choice of fonts with the stand-ins added to it; the title's is bold, as its own would be."""
    own = os.environ.get("FONTCONFIG_FILE", "/etc/fonts/fonts.conf")
    rules = []
    for font, stand_ins in _STAND_INS.items():
        families = "".join(f"<string>{escape(each)}</string>" for each in stand_ins)
        bold = '<edit name="weight" mode="assign"><const>bold</const></edit>' if font == TITLE_FONT else ""
        rules.append(
            f'<match target="pattern"><test name="family"><string>{escape(font)}</string></test>'
            f'<edit name="family" mode="append" binding="strong">{families}</edit>{bold}</match>'
        )
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">{escape(own)}</include>{"".join(rules)}</fontconfig>'
    )
