"""What desk and command line make documents with (`casework.documents.Press`): numbers, templates, LibreOffice."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.documents.numbers import DocumentNumbers
from adapters.documents.printing import Printer
from adapters.documents.reports import report_docx
from adapters.documents.templates import Templates
from models.analysis import Report
from models.circulars import FilledCircular
from models.documents import Document, Filled


@dataclass(frozen=True)
class DocumentPress:
    """Numbers documents and makes files of them. Decides nothing."""

    register: DocumentNumbers
    templates: Templates
    printer: Printer

    @property
    def has_pdf(self) -> bool:
        """Whether LibreOffice is there."""
        return self.printer.program is not None

    def numbers(self, case_no: str) -> Mapping[int, str]:
        """The numbers of a case's documents, by their steps."""
        return self.register.of_case(case_no)

    def number(self, document: Document, by: str | None) -> str:
        """The document's number; the next one when it has none yet."""
        return self.register.take(document, by)

    def docx(self, document: Document, blanks: Filled) -> bytes:
        """The document as DOCX. Raises NoDocument for a template that is wrong."""
        return self.templates.fill(document, blanks)

    def report(self, report: Report) -> bytes:
        """The report as DOCX."""
        return report_docx(report)

    def circular(self, jurisdiction: str, content: FilledCircular) -> bytes:
        """The circular of a period as DOCX. Raises NoDocument for a template that is wrong."""
        return self.templates.fill_circular(jurisdiction, content)

    def pdf(self, docx: bytes) -> bytes:
        """That DOCX as PDF. Raises NoDocument when it cannot be made here."""
        return self.printer.pdf(docx)
