"""Documents that a command writes: what such a file may be called, and that nothing is overwritten."""

from pathlib import Path

from models.errors import BadInput

ENDINGS = (".docx", ".pdf")


def need_new_file(path: Path) -> None:
    """Raise BadInput for a file that is no document or is there already."""
    if path.suffix.lower() not in ENDINGS:
        raise BadInput(f"--out 的文件名要以 {' 或 '.join(ENDINGS)} 结尾。")
    if path.exists():
        raise BadInput(f"文件 {path} 已经存在，没有覆盖；请换一个文件名。")


def is_pdf(path: Path) -> bool:
    """Whether the name asks for PDF."""
    return path.suffix.lower() == ".pdf"


def write_new_file(path: Path, content: bytes) -> None:
    """Write the file. Raises BadInput where it cannot be written."""
    try:
        with path.open("xb") as file:
            file.write(content)
    except OSError:
        raise BadInput(f"写不进文件 {path}，请检查文件夹是否存在、能否写入。") from None
