"""Which files may be attached to a case, what they are called, and whose they are to see.

A file is what its first bytes say, and its name has to say the same. Decides nothing about where files are kept.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.actors import Actor, Role
from models.errors import BadInput
from models.views import EntryView
from models.work_in_hand import Attachment

LARGEST = 20 * 1024 * 1024
"""Bytes of one file."""

MOST = 10
"""Files that one form takes."""

_LONGEST_NAME = 80

KINDS = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
}
"""What is taken, by the ending of the name."""

_SAME = {"jpeg": "jpg"}
_OFFICE = {"docx": "word/", "xlsx": "xl/"}


@dataclass(frozen=True)
class CheckedFile:
    """A file that is taken, under the name that it will have."""

    name: str
    media_type: str
    content: bytes


def checked(name: str, content: bytes) -> CheckedFile:
    """The file as it is taken. Raises BadInput with the reason why it is not."""
    shown = clean_name(name)
    if not content:
        raise BadInput(f"“{shown}”是空文件，没有上传。")
    if len(content) > LARGEST:
        raise BadInput(f"“{shown}”超过 {LARGEST // 1024 // 1024} MB，没有上传；请压缩或拆分后再传。")
    stem, dot, ending = shown.rpartition(".")
    ending = _SAME.get(ending.lower(), ending.lower()) if dot and stem else ""
    if ending not in KINDS:
        raise BadInput(f"“{shown}”不是可以上传的类型，没有上传；可以上传 {'、'.join(KINDS)}。")
    if not _is(ending, content):
        raise BadInput(f"“{shown}”的内容不是 {ending} 文件，没有上传；请用原来的程序另存为 {'、'.join(KINDS)} 后再传。")
    return CheckedFile(shown, KINDS[ending], content)


def clean_name(name: str) -> str:
    """The file's name without folders, control and direction characters, and what separates entries in a record."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    name = "".join(each for each in name if unicodedata.category(each)[0] != "C")
    name = re.sub(r'[<>:"|?*；;、，,（）()\s]+', "_", name).strip("._") or "未命名"
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}" if dot and len(ending) < 8 else name[:_LONGEST_NAME]


def named_in(entries: Iterable[EntryView], attachments: Sequence[Attachment]) -> list[Attachment]:
    """The files that some entry of the ledger names: those that belong to the record."""
    texts = "\n".join(text for entry in entries for text in entry.details.values())
    return [each for each in attachments if each.reference in texts]


def may_see(actor: Actor, attachment: Attachment, is_named: bool) -> bool:
    """Whether somebody who may see the case may see the file.

    The rated clerk never sees what others brought (a recording is the evaluator's voice); a file that no entry names
    yet only whoever brought it.
    """
    if attachment.uploaded_by == actor.user:
        return True
    return is_named and actor.role is not Role.CLERK


def _is(ending: str, content: bytes) -> bool:
    head = content[:16]
    match ending:
        case "pdf":
            return head.startswith(b"%PDF-")
        case "jpg":
            return head.startswith(b"\xff\xd8\xff")
        case "png":
            return head.startswith(b"\x89PNG\r\n\x1a\n")
        case "mp3":
            # An ID3 tag, or the sync bits of an MPEG audio frame of layer III.
            return head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2)
        case "wav":
            return head[:4] == b"RIFF" and head[8:12] == b"WAVE"
        case _:
            return _is_office(_OFFICE[ending], content)


def _is_office(folder: str, content: bytes) -> bool:
    """Whether it is an office document of that folder, without macros."""
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False
    has_macros = any(each.lower().endswith("vbaproject.bin") for each in names)
    return "[Content_Types].xml" in names and any(each.startswith(folder) for each in names) and not has_macros
