"""Tables of official documents: captions, cells and their lines, as wide as the text.

Decides how a table looks; what stands in it is handed in.
"""

from collections.abc import Iterable

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell, _Row

from adapters.documents.layout import HEADING_FONT, TEXT_FONT, off_the_grid
from models.analysis import ReportTable

CAPTION, HEAD_CELL, TEXT_CELL, NUMBER_CELL, DRAWING = "表题", "表头", "表格文字", "表格数字", "图"

_WIDTH = Mm(156)
_SMALL = Pt(10.5)
"""五号."""
_LINE = Pt(15)
_MARGIN = Mm(0.8)


def add_table_styles(sheet: Document) -> None:
    """The styles of captions, cells and drawings."""
    for name, font, alignment in (
        (CAPTION, HEADING_FONT, WD_ALIGN_PARAGRAPH.CENTER),
        (HEAD_CELL, HEADING_FONT, WD_ALIGN_PARAGRAPH.CENTER),
        (TEXT_CELL, TEXT_FONT, WD_ALIGN_PARAGRAPH.LEFT),
        (NUMBER_CELL, TEXT_FONT, WD_ALIGN_PARAGRAPH.CENTER),
        (DRAWING, TEXT_FONT, WD_ALIGN_PARAGRAPH.CENTER),
    ):
        style = sheet.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        assert isinstance(style, ParagraphStyle)
        style.base_style = sheet.styles["Normal"]
        style.font.name, style.font.size = font, _SMALL
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
        form = style.paragraph_format
        form.alignment, form.first_line_indent = alignment, Pt(0)
        style.element.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), "0")
        form.line_spacing = 1.0 if name == DRAWING else _LINE
        form.space_before = form.space_after = Pt(2)
        off_the_grid(style)
        if name == CAPTION:
            form.space_before, form.space_after, form.keep_with_next = Pt(8), Pt(4), True


def add_table(sheet: Document, table: ReportTable) -> None:
    """The table with its caption; its head is repeated on every page, and no row is torn."""
    sheet.add_paragraph(table.caption, CAPTION)
    made = sheet.add_table(rows=0, cols=len(table.head))
    made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _draw_lines(made)
    whole = sum(table.widths)
    widths = [Length(_WIDTH * width // whole) for width in table.widths]
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    head = made.add_row()
    _mark(head, "w:tblHeader")
    _fill(head, table.head, widths, [HEAD_CELL] * len(widths))
    styles = [TEXT_CELL if place in table.words else NUMBER_CELL for place in range(len(widths))]
    for row in table.rows:
        _fill(made.add_row(), row, widths, styles)
    sheet.add_paragraph(style=DRAWING)  # what follows keeps its distance


def _fill(row: _Row, texts: Iterable[str], widths: list[Length], styles: list[str]) -> None:
    _mark(row, "w:cantSplit")
    for cell, text, width, style in zip(row.cells, texts, widths, styles, strict=True):
        cell.width = width
        _write(cell, text, style)


def _write(cell: _Cell, text: str, style: str) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.style = style
    paragraph.add_run(text)


def _mark(row: _Row, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _draw_lines(table: Table) -> None:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "000000")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        room = OxmlElement(f"w:{side}")
        room.set(qn("w:w"), str(_MARGIN.twips))
        room.set(qn("w:type"), "dxa")
        margins.append(room)
    # The schema wants them around the layout.
    layout = table._tbl.tblPr.find(qn("w:tblLayout"))
    assert layout is not None  # the columns have their widths
    layout.addprevious(borders)
    layout.addnext(margins)
