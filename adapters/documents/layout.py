"""The page of an official document (公文) after GB/T 9704-2012: paper, margins, fonts, lines, head, page number, seal.

Decides how a template looks; its words stand in `adapters.documents.defaults`. Numbers in brackets are clauses of the
standard. Fonts are named and not embedded: where one is missing, its substitute in the font table is taken.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from xml.sax.saxutils import quoteattr

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import _Footer, _Header
from docx.shared import Length, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

TITLE_FONT, TEXT_FONT, HEADING_FONT, DIGIT_FONT = "方正小标宋简体", "仿宋", "黑体", "宋体"
_SUBSTITUTES = {TITLE_FONT: "宋体", TEXT_FONT: "仿宋_GB2312", HEADING_FONT: "SimHei", DIGIT_FONT: "SimSun"}
"""What stands in for a font that a machine lacks."""

SECOND, THIRD, FOURTH = Pt(22), Pt(16), Pt(14)
"""二号, 三号, 四号."""

_LINE = Pt(28.95)
"""22 lines on a page of 225 mm (5.2.3)."""
_TIGHTER = -4
"""28 characters of 16 points in 156 mm (5.2.3): by how much each is narrower, in twentieths of a point."""

_RED = RGBColor(0xE6, 0x00, 0x12)
_THICK, _THIN = 18, 6
"""Lines in eighths of a point."""
_OVERHANG = Mm(7)
"""By how much the double lines of a letter are longer than the text on each side: 170 mm (10.1)."""

_SIGNATURE_INDENT, _SIGNATURE_BEYOND = Mm(55), Mm(-8)
"""The room of the signature, a little beyond the text on the right: an office's name of nearly twenty characters stays
on one line, and a day of usual length ends some five characters from the margin (four in 7.3.5.1)."""

HEAD, NUMBER_CENTRED, NUMBER_RIGHT = "发文机关标志", "发文字号（居中）", "发文字号（居右）"
TITLE, ADDRESSEE, HEADING, SIGNATURE = "公文标题", "主送机关", "一级标题", "署名和日期"
PAGE_NUMBER, RULE = "页码", "版头线"


def new_sheet() -> Document:
    """An empty A4 page with the styles of an official document and nothing else (5.1, 5.2)."""
    sheet = docx.Document()
    _drop_what_is_not_used(sheet)
    section = sheet.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), "579")
    sheet.settings.odd_and_even_pages_header_footer = True
    _add_styles(sheet)
    return sheet


def begin_letter(sheet: Document, office: str, number: str) -> None:
    """The head of a letter: office 30 mm from the edge, red double lines, number at the right (10.1).

    Its first page does not bear its number.
    """
    section = sheet.sections[0]
    section.different_first_page_header_footer = True
    section.header_distance, section.footer_distance = Mm(30), Mm(20)
    head = _first_paragraph(section.first_page_header)
    head.style = HEAD
    head.add_run(office)
    _overhang(head)
    _line_below(head, _THICK, space=11)
    _rule(section.first_page_header.add_paragraph(), _THIN)
    _rule(_first_paragraph(section.first_page_footer), _THIN)
    _rule(section.first_page_footer.add_paragraph(), _THICK)
    _number_the_pages(sheet, below=Pt(14))
    sheet.add_paragraph(number, NUMBER_RIGHT)


def begin_order(sheet: Document, office: str, number: str) -> None:
    """The head of a decision or circular: office 35 mm below the margin, number, red line (7.2.4, 7.2.5, 7.2.7)."""
    sheet.sections[0].footer_distance = Mm(25)
    head = sheet.add_paragraph(office, HEAD)
    head.paragraph_format.space_before = Mm(35)
    numbered = sheet.add_paragraph(number, NUMBER_CENTRED)
    numbered.paragraph_format.space_before = 2 * _LINE
    _line_below(numbered, _THICK, space=11)
    _number_the_pages(sheet, below=Pt(0))


def add_lines(sheet: Document, lines: Iterable[tuple[str, str]]) -> None:
    """Paragraphs, each with the name of its style; an empty name is plain text."""
    for style, text in lines:
        sheet.add_paragraph(text, style or None)


def sign(sheet: Document, office: str, day: str) -> None:
    """Office and day centred upon each other at the right, where the seal goes (7.3.5.1).

    Both stay on one page with the paragraph before, so that no page has only the seal.
    """
    for paragraph in (sheet.paragraphs[-1], sheet.add_paragraph(), sheet.add_paragraph()):
        paragraph.paragraph_format.keep_with_next = True
    sheet.add_paragraph(office, SIGNATURE).paragraph_format.keep_with_next = True
    sheet.add_paragraph(day, SIGNATURE)


def fix_properties(sheet: Document, title: str) -> None:
    """The properties of the file: what it is, and no time and no person, so that making it again changes nothing."""
    properties = sheet.core_properties
    properties.author, properties.last_modified_by, properties.comments, properties.keywords = "", "", "", ""
    properties.title, properties.language, properties.revision = title, "zh-CN", 1
    properties.created = properties.modified = datetime(2026, 1, 1)  # noqa: DTZ001  the library takes no other


def _add_styles(sheet: Document) -> None:
    normal = sheet.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    _shape(normal, TEXT_FONT, THIRD)
    _tighten(normal)
    normal.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    _indent_first_line(normal)
    for name, font, size, alignment in (
        (HEAD, TITLE_FONT, Pt(30), WD_ALIGN_PARAGRAPH.CENTER),
        (NUMBER_CENTRED, TEXT_FONT, THIRD, WD_ALIGN_PARAGRAPH.CENTER),
        (NUMBER_RIGHT, TEXT_FONT, THIRD, WD_ALIGN_PARAGRAPH.RIGHT),
        (TITLE, TITLE_FONT, SECOND, WD_ALIGN_PARAGRAPH.CENTER),
        (ADDRESSEE, TEXT_FONT, THIRD, WD_ALIGN_PARAGRAPH.LEFT),
        (HEADING, HEADING_FONT, THIRD, WD_ALIGN_PARAGRAPH.JUSTIFY),
        (SIGNATURE, TEXT_FONT, THIRD, WD_ALIGN_PARAGRAPH.CENTER),
        (PAGE_NUMBER, DIGIT_FONT, FOURTH, WD_ALIGN_PARAGRAPH.RIGHT),
        (RULE, TEXT_FONT, Pt(1), WD_ALIGN_PARAGRAPH.LEFT),
    ):
        style = sheet.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        assert isinstance(style, ParagraphStyle)
        style.base_style = normal
        style.paragraph_format.alignment = alignment
        _shape(style, font, size)
        if name != HEADING:
            _no_indent(style)
    _style(sheet, HEAD).font.color.rgb = _RED
    _style(sheet, HEAD).paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    _style(sheet, NUMBER_RIGHT).paragraph_format.space_before = FOURTH
    title = _style(sheet, TITLE).paragraph_format
    title.line_spacing, title.space_before, title.space_after = Pt(35), 2 * _LINE, _LINE
    title.keep_with_next = True
    off_the_grid(_style(sheet, TITLE))
    _style(sheet, HEADING).paragraph_format.keep_with_next = True
    signature = _style(sheet, SIGNATURE).paragraph_format
    signature.left_indent, signature.right_indent = _SIGNATURE_INDENT, _SIGNATURE_BEYOND
    _style(sheet, PAGE_NUMBER).paragraph_format.line_spacing = THIRD
    _style(sheet, RULE).paragraph_format.line_spacing = Pt(2)


def _style(sheet: Document, name: str) -> ParagraphStyle:
    style = sheet.styles[name]
    assert isinstance(style, ParagraphStyle)
    return style


def _shape(style: ParagraphStyle, font: str, size: Length) -> None:
    style.font.size, style.font.name = size, font
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    form = style.paragraph_format
    form.line_spacing, form.space_before, form.space_after = _LINE, Pt(0), Pt(0)
    form.widow_control = False


def _tighten(style: ParagraphStyle) -> None:
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(_TIGHTER))
    size = style.element.get_or_add_rPr().find(qn("w:sz"))
    assert size is not None
    size.addprevious(spacing)


def off_the_grid(style: ParagraphStyle) -> None:
    """Its own distance of lines in the place of the page's."""
    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    spacing = style.element.get_or_add_pPr().find(qn("w:spacing"))
    assert spacing is not None
    spacing.addprevious(snap)


def _indent_first_line(style: ParagraphStyle) -> None:
    """左空二字 (7.3.3), in characters, so that it follows the size of the font."""
    style.paragraph_format.first_line_indent = 2 * THIRD
    style.element.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), "200")


def _no_indent(style: ParagraphStyle) -> None:
    style.paragraph_format.first_line_indent = Pt(0)
    style.element.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), "0")


def _number_the_pages(sheet: Document, below: Length) -> None:
    """— 1 — at the right of odd pages and the left of even ones, one character from the edge (7.5)."""
    section = sheet.sections[0]
    for footer, alignment in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        paragraph = _first_paragraph(footer)
        paragraph.style = PAGE_NUMBER
        form = paragraph.paragraph_format
        form.alignment, form.left_indent, form.right_indent, form.space_after = alignment, FOURTH, FOURTH, below
        paragraph.add_run("— ")
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            paragraph.add_run()._r.append(_field(kind, text))
        paragraph.add_run(" —")
    for header in (section.header, section.even_page_header):
        _rule(_first_paragraph(header), 0)


def _field(kind: str, text: str) -> Any:
    if text:
        code = OxmlElement("w:instrText")
        code.text = text
        return code
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    return mark


def _first_paragraph(place: _Header | _Footer) -> Paragraph:
    place.is_linked_to_previous = False
    first: Paragraph = place.paragraphs[0]
    return first


def _rule(paragraph: Paragraph, thickness: int) -> None:
    """A red line across the page, or with no thickness only a paragraph that takes no room."""
    paragraph.style = RULE
    if thickness:
        _overhang(paragraph)
        _line_below(paragraph, thickness, space=0)


def _overhang(paragraph: Paragraph) -> None:
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Length(-_OVERHANG)


def _line_below(paragraph: Paragraph, thickness: int, space: int) -> None:
    """A red line `space` points below the paragraph."""
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", thickness), ("space", space), ("color", _RED)):
        line.set(qn(f"w:{name}"), str(value))
    borders.append(line)
    # The schema wants it before spacing, indents and alignment.
    properties = paragraph._p.get_or_add_pPr()
    later = ("w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr")
    first = next((each for each in properties if each.tag in {qn(name) for name in later}), None)
    if first is None:
        properties.append(borders)
    else:
        first.addprevious(borders)


def _drop_what_is_not_used(sheet: Document) -> None:
    """The library's own template brings hundreds of styles, a picture and more; a reviewer is to see what is ours."""
    kept = {"Normal", "Default Paragraph Font", "Normal Table", "No List", "Header", "Footer"}
    styles = sheet.styles.element
    for style in [*styles.iterchildren(qn("w:style"), qn("w:latentStyles"))]:
        if style.tag == qn("w:latentStyles") or style.name_val not in kept:
            styles.remove(style)
    for language in styles.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    for rels in (sheet.part.rels, sheet.part.package.rels):
        for key, rel in [*rels.items()]:
            if rel.reltype.rsplit("/", 1)[1] in {"stylesWithEffects", "customXml", "numbering", "thumbnail"}:
                del rels[key]
    _name_the_fonts(sheet)


def _name_the_fonts(sheet: Document) -> None:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    fonts = "".join(
        f"<w:font w:name={quoteattr(name)}><w:altName w:val={quoteattr(substitute)}/>"
        '<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        for name, substitute in _SUBSTITUTES.items()
    )
    written = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:fonts xmlns:w="{space}">{fonts}</w:fonts>'
    for rel in sheet.part.rels.values():
        if rel.reltype.endswith("/fontTable"):
            table: Part = rel.target_part
            table._blob = written.encode()
