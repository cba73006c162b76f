"""Takes the pictures of `docs/documents.md`: `python -m tests.documents.pictures`. Needs LibreOffice and poppler-utils.

Prints made-up documents and writes a page of each to `docs/images`.
"""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.documents.printing import Printer
from adapters.documents.templates import Templates
from casework.circular_text import filled as filled_circular
from models.documents import DocumentKind
from tests.documents.circulars import made_up
from tests.documents.samples import document, filled

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
_FROM_THE_UNIT = {"office": "测试人力资源和社会保障局", "addressee": "测试12345市长专线办"}
TAKEN: tuple[tuple[DocumentKind, int, str, dict[str, str]], ...] = (
    (DocumentKind.WRITTEN_FEEDBACK, 1, "document-feedback", {"number": "〔2026〕1号"} | _FROM_THE_UNIT),
    (DocumentKind.SUPERVISION_ORDER, 2, "document-supervision", {}),
)
OF_THE_PERIOD = ((1, "circular-1"), (2, "circular-2"))
_DOTS = "64"


def main() -> None:
    """Take the pictures."""
    for kind, page, name, changes in TAKEN:
        _take(Templates().fill(document(kind), filled(kind, **changes)), page, name)
    for page, name in OF_THE_PERIOD:
        _take(Templates().fill_circular("xintai", filled_circular(made_up())), page, name)


def _take(docx: bytes, page: int, name: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "document.pdf"
        path.write_bytes(Printer().pdf(docx))
        only = ["-f", str(page), "-l", str(page), "-singlefile"]
        subprocess.run(["pdftoppm", "-r", _DOTS, "-png", *only, str(path), str(IMAGES / name)], check=True, timeout=100)


if __name__ == "__main__":
    main()
