"""Charts of a report: real ones of the office program, with their numbers in a small workbook of their own.

Decides how a chart looks. It is drawn by whatever opens the document, so no picture, no font and no drawing library is
needed here, and whoever edits the report can edit the chart. Lines are told apart by their marks too, not by colour
alone. `openpyxl` writes chart and workbook; a DOCX takes the chart as a part with the workbook behind it.
"""

import io
from typing import Any
from xml.sax.saxutils import quoteattr

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE as REL
from docx.opc.oxml import serialize_part_xml
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Mm
from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart
from openpyxl.chart.data_source import AxDataSource, NumData, NumDataSource, NumRef, NumVal, StrData, StrRef, StrVal
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import Series, SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.utils import get_column_letter
from openpyxl.xml.functions import tostring

from adapters.documents.layout import DIGIT_FONT
from models.analysis import Chart, ChartKind

_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_WIDTH, _HEIGHT = Mm(150), Mm(70)
_COLOURS = ("1F5F8B", "B7791F", "2F8F6B", "7A5195")
_GUIDES = "D8DFE7"
_MARKS = ("circle", "square", "triangle", "diamond")
_SHEET = "Sheet1"
_FULL = 100
_POINTS = 1000
"""Size of the letters, in hundredths of a point."""

_DRAWN = (
    '<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
    '<wp:docPr id="{number}" name="图{number}" descr={description}/><wp:cNvGraphicFramePr/>'
    '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
    '<c:chart r:id="{relation}"/></a:graphicData></a:graphic></wp:inline></w:drawing>'
)
_TAIL = (
    '<tail xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="{points}">'
    '<a:latin typeface="{font}"/><a:ea typeface="{font}"/></a:defRPr></a:pPr><a:endParaRPr lang="zh-CN"/></a:p>'
    "</c:txPr>"
    '<c:externalData r:id="{relation}"><c:autoUpdate val="0"/></c:externalData></tail>'
)
"""What `openpyxl` does not write: the letters, and which workbook has the numbers."""


def add_chart(sheet: Document, style: str, chart: Chart, number: int) -> None:
    """A chart in a paragraph of its own; what it is called stands below it, and in words for who cannot see it."""
    package = sheet.part.package
    book = Part(PackURI(f"/word/embeddings/chart{number}.xlsx"), _BOOK_TYPE, _workbook(chart), package)
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), _CHART_TYPE, b"", package)
    part._blob = _drawn(chart, part.relate_to(book, REL.PACKAGE))
    drawing = _DRAWN.format(
        width=_WIDTH,
        height=_HEIGHT,
        number=number,
        description=quoteattr(f"{chart.title}，数字见“各月情况”表"),
        relation=sheet.part.relate_to(part, REL.CHART),
    )
    sheet.add_paragraph(style=style).add_run()._r.append(parse_xml(drawing))


def _workbook(chart: Chart) -> bytes:
    """The numbers, labels in the first column and a column for each line: what 编辑数据 opens."""
    book = Workbook()
    page: Any = book.active
    page.title = _SHEET
    page.append(["", *chart.lines])
    for place, label in enumerate(chart.labels):
        page.append([label, *(values[place] for values in chart.lines.values())])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _drawn(chart: Chart, workbook: str) -> bytes:
    drawing: Any = BarChart() if chart.kind is ChartKind.BARS else LineChart()
    for place, (name, values) in enumerate(chart.lines.items()):
        drawing.series.append(_series(chart, place, name, values))
    drawing.x_axis.delete = drawing.y_axis.delete = False
    drawing.x_axis.axPos = "b"
    drawing.y_axis.number_format = '0"%"' if chart.is_percent else "0"
    drawing.y_axis.scaling.min = 0
    drawing.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=_GUIDES))
    if chart.is_percent:
        drawing.y_axis.scaling.max, drawing.y_axis.majorUnit = _FULL, 20
    if chart.kind is ChartKind.BARS:
        drawing.gapWidth = 80
        drawing.legend = None
    else:
        drawing.legend.position = "b"
    root = parse_xml(tostring(drawing._write()))
    root.extend(parse_xml(_TAIL.format(points=_POINTS, font=DIGIT_FONT, relation=workbook)))
    written: bytes = serialize_part_xml(root)
    return written


def _series(chart: Chart, place: int, name: str, values: tuple[float | None, ...]) -> Any:
    column, last = get_column_letter(place + 2), len(values) + 1
    numbers = [NumVal(idx=n, v=f"{value:g}") for n, value in enumerate(values) if value is not None]
    labels = [StrVal(idx=n, v=label) for n, label in enumerate(chart.labels)]
    series: Any = Series(
        idx=place,
        order=place,
        tx=SeriesLabel(
            strRef=StrRef(f=f"{_SHEET}!${column}$1", strCache=StrData(ptCount=1, pt=[StrVal(idx=0, v=name)]))
        ),
        cat=AxDataSource(strRef=StrRef(f=f"{_SHEET}!$A$2:$A${last}", strCache=StrData(ptCount=len(labels), pt=labels))),
        val=NumDataSource(
            numRef=NumRef(
                f=f"{_SHEET}!${column}$2:${column}${last}",
                numCache=NumData(formatCode="General", ptCount=len(values), pt=numbers),
            )
        ),
    )
    colour = _COLOURS[place % len(_COLOURS)]
    if chart.kind is ChartKind.BARS:
        series.graphicalProperties.solidFill = colour
        series.dLbls = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False)
    else:
        series.smooth = False
        series.graphicalProperties.line.solidFill = colour
        series.marker.symbol, series.marker.size = _MARKS[place % len(_MARKS)], 7
        series.marker.graphicalProperties.solidFill = colour
        series.marker.graphicalProperties.line.solidFill = colour
    return series
