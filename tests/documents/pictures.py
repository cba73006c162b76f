"""Takes the pictures of `docs/documents.md`: `python -m tests.documents.pictures`. Needs LibreOffice and poppler-utils.

Prints made-up documents and writes the first page of one and the last page of another to `docs/images`.
"""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.documents.printing import Printer
from adapters.documents.templates import Templates
from models.documents import DocumentKind
from tests.documents.samples import document, filled

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
_FROM_THE_UNIT = {"office": "测试人力资源和社会保障局", "addressee": "测试12345市长专线办"}
TAKEN: tuple[tuple[DocumentKind, int, str, dict[str, str]], ...] = (
    (DocumentKind.WRITTEN_FEEDBACK, 1, "document-feedback", {"number": "〔2026〕1号"} | _FROM_THE_UNIT),
    (DocumentKind.SUPERVISION_ORDER, 2, "document-supervision", {}),
)
_DOTS = "64"


def main() -> None:
    """Take the pictures."""
    for kind, page, name, changes in TAKEN:
        content = Printer().pdf(Templates().fill(document(kind), filled(kind, **changes)))
        with TemporaryDirectory() as folder:
            path = Path(folder) / "document.pdf"
            path.write_bytes(content)
            only = ["-f", str(page), "-l", str(page), "-singlefile"]
            subprocess.run(
                ["pdftoppm", "-r", _DOTS, "-png", *only, str(path), str(IMAGES / name)], check=True, timeout=60
            )


if __name__ == "__main__":
    main()
