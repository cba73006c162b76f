"""Reports as DOCX: head, title, sections with their tables and charts, set like the other official documents.

Decides how a report looks; what stands in it is handed in. How many tables, rows and charts a report has is only known
when it is made, so it is built piece by piece and has no template to be filled.
"""

import io

from adapters.documents.charts import add_chart
from adapters.documents.layout import HEADING, TITLE, add_lines, begin_order, fix_properties, new_sheet
from adapters.documents.tables import CAPTION, DRAWING, add_table, add_table_styles
from models.analysis import Report


def report_docx(report: Report) -> bytes:
    """The report as a DOCX file."""
    sheet = new_sheet()
    add_table_styles(sheet)
    begin_order(sheet, report.head, report.number)
    add_lines(sheet, [(TITLE, report.title), ("", report.lead)])
    charts = 0
    for section in report.sections:
        add_lines(sheet, [(HEADING, section.heading), *(("", text) for text in section.paragraphs)])
        for chart in section.charts:
            charts += 1
            sheet.add_paragraph(chart.title, CAPTION)
            add_chart(sheet, DRAWING, chart, charts)
        for table in section.tables:
            add_table(sheet, table)
    sheet.add_paragraph(report.end)
    fix_properties(sheet, report.title)
    made = io.BytesIO()
    sheet.save(made)
    return made.getvalue()
