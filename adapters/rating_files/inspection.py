"""Looks through a file before anything of it is imported: which format, which encoding, which content.

Decides whether a file can be read at all, so that a wrong one is refused whole. Splitting it into rows is left to
the readers beside this module.
"""

import codecs
import hashlib
import zipfile
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from models.ratings import FileRefused


class FileKind(StrEnum):
    """The formats of a file of ratings, by suffix."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


class FileFacts(NamedTuple):
    """What the look through a file found. `encoding` is empty for XLSX; `sha256` names the content."""

    path: Path
    kind: FileKind
    encoding: str
    sha256: str
    size: int


def inspect(path: Path) -> FileFacts:
    """Look through the whole file once, in pieces.

    Raises FileRefused, in the words of the person with the file, when it cannot be read as ratings.
    """
    kind = _kind_of(path)
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise FileRefused(f"{path} 不是文件。请给出一个 CSV、XLSX 或 JSON Lines 文件。")
        if size == 0:
            raise FileRefused(f"{path.name} 是空文件，没有可导入的内容。")
        if kind is FileKind.XLSX:
            return FileFacts(path, kind, "", _workbook_digest(path), size)
        return FileFacts(path, kind, *_text_facts(path), size)
    except FileNotFoundError:
        raise FileRefused(f"找不到文件 {path}。请核对路径和文件名。") from None
    except PermissionError:
        raise FileRefused(f"没有读取 {path} 的权限。请调整文件权限，或复制到自己的目录下再导入。") from None
    except OSError as error:
        raise FileRefused(f"读取 {path} 时出错（{error.strerror}）。请检查磁盘或网络盘后重试。") from None


_PIECE = 1 << 20

_ENOUGH = 8
"""So many characters in a row that are right UTF-8 do not happen in GB18030 text: the file is UTF-8, and damaged."""

_KINDS = {
    ".csv": FileKind.CSV,
    ".tsv": FileKind.CSV,
    ".txt": FileKind.CSV,
    ".xlsx": FileKind.XLSX,
    ".jsonl": FileKind.JSONL,
    ".ndjson": FileKind.JSONL,
}


def _kind_of(path: Path) -> FileKind:
    suffix = path.suffix.lower()
    if suffix in _KINDS:
        return _KINDS[suffix]
    if suffix in (".xls", ".et", ".xlsm"):
        raise FileRefused(f"{path.name} 不是 .xlsx 格式。请用表格软件打开后另存为“Excel 工作簿（.xlsx）”再导入。")
    if suffix == ".json":
        raise FileRefused(f"{path.name}：需要 JSON Lines 格式，即每行一个 JSON 对象，文件名以 .jsonl 结尾。")
    raise FileRefused(f"不认识 {path.name} 的格式。可导入 .csv、.xlsx 和 .jsonl 文件。")


def _workbook_digest(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        raise FileRefused(f"{path.name} 不是有效的 XLSX 文件，或已损坏、加密。请重新另存后再导入。") from None
    if damaged or "[Content_Types].xml" not in names:
        raise FileRefused(f"{path.name} 已损坏，不能读取。请用表格软件重新另存后再导入。")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _text_facts(path: Path) -> tuple[str, str]:
    """The encoding and the digest of a text file."""
    digest = hashlib.sha256()
    utf8, gb18030 = _Trial("utf-8"), _Trial("gb18030")
    with path.open("rb") as file:
        first = True
        while piece := file.read(_PIECE):
            if first:
                _refuse_what_is_no_text(path, piece)
                first = False
            if len(piece) == _PIECE and b"\n" not in piece:
                raise FileRefused(f"{path.name} 中有超过一百万字节而没有换行的内容，不是逐行的评价文件。请重新导出。")
            digest.update(piece)
            utf8.take(piece)
            if utf8.failed_at is not None:
                gb18030.take_all_up_to(path, file.tell())
    utf8.finish()
    if utf8.failed_at is None:
        return "utf-8-sig", digest.hexdigest()
    if utf8.beyond_ascii >= _ENOUGH or _starts_with_bom(path):
        raise FileRefused(
            f"{path.name} 是 UTF-8 编码，但第 {_line_of(path, utf8.failed_at)} 行附近有残缺的字符。"
            "请重新导出，或用文本编辑器修正该行后另存为 UTF-8。"
        )
    gb18030.take_all_up_to(path, path.stat().st_size)
    gb18030.finish()
    if gb18030.failed_at is None:
        return "gb18030", digest.hexdigest()
    raise FileRefused(
        f"无法识别 {path.name} 的文字编码：第 {_line_of(path, gb18030.failed_at)} 行附近既不是 UTF-8 也不是 GB18030。"
        "请用文本编辑器或表格软件另存为“CSV UTF-8”后再导入。"
    )


def _refuse_what_is_no_text(path: Path, piece: bytes) -> None:
    if piece.startswith(b"PK\x03\x04"):
        raise FileRefused(f"{path.name} 的内容是 XLSX 工作簿，与后缀不符。请把文件名改为以 .xlsx 结尾。")
    if piece.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\x00" in piece[:4096]:
        raise FileRefused(f"{path.name} 是 UTF-16 编码或二进制文件。请另存为“CSV UTF-8（逗号分隔）”后再导入。")


class _Trial:
    """Tries one encoding on a file that comes in pieces."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._taken = 0
        self.failed_at: int | None = None
        self.beyond_ascii = 0
        """How many characters beyond ASCII were decoded before the failure."""

    def take(self, piece: bytes, final: bool = False) -> None:
        """Decode the next piece; remember where it failed."""
        if self.failed_at is not None:
            return
        try:
            text = self._decoder.decode(piece, final)
            self._taken += len(piece)
        except UnicodeDecodeError as error:
            self.failed_at = self._taken + error.start - (len(error.object) - len(piece))
            text = error.object[: error.start].decode(error.encoding)
        if self.beyond_ascii < _ENOUGH and not text.isascii():
            self.beyond_ascii += sum(character > "\x7f" for character in text)

    def take_all_up_to(self, path: Path, end: int) -> None:
        """Decode the file from where this trial stands up to `end`."""
        with path.open("rb") as file:
            file.seek(self._taken)
            while self.failed_at is None and self._taken < end:
                self.take(file.read(min(_PIECE, end - self._taken)))

    def finish(self) -> None:
        """The file ended here."""
        self.take(b"", final=True)


def _starts_with_bom(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(3) == codecs.BOM_UTF8


def _line_of(path: Path, offset: int) -> int:
    line = 1
    with path.open("rb") as file:
        while offset > 0 and (piece := file.read(min(_PIECE, offset))):
            line += piece.count(b"\n")
            offset -= len(piece)
    return line
