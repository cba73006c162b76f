"""Documents with every blank filled, as no single case would fill them, and what a made file says."""

import io
from datetime import date

import docx

from models.documents import NEEDED, OPTIONAL, Blank, Document, DocumentKind, Filled

FILLED: Filled = {
    Blank.NUMBER: "测试督〔2026〕3号",
    Blank.DAY: "2026年3月2日",
    Blank.OFFICE: "测试行政审批局",
    Blank.ADDRESSEE: "测试人社局",
    Blank.CASE_NO: "ezhou-420700000001-1",
    Blank.PROJECT_NO: "EZ20260213-0001",
    Blank.ITEM_NAME: "社会保障卡补换",
    Blank.UNIT_NAME: "测试市场监管局",
    Blank.REVIEW: "2026年2月12日，大厅平板电脑，非常不满意（1星）",
    Blank.TAGS: "服务态度生硬、在规定时间之外到达或离开岗位",
    Blank.FINDING: "属实",
    Blank.DISPATCHED: "2026年2月13日",
    Blank.SIGNED: "2026年2月14日",
    Blank.ROUND: "2",
    Blank.MEASURES: "当面致歉，当日补办。\n午间增设一个窗口。",
    Blank.EVIDENCE: "附件 1 排班表.pdf（3f2a9c01）",
    Blank.REASON: "整改时限届满后仍未提交整改情况。",
    Blank.MISSED: "签收时限、整改时限",
    Blank.DUE: "2026年3月6日（周五）24:00",
    Blank.CLAUSE: "某办函〔2020〕27号 二(七)1",
    Blank.APPELLANT: "测试·人社窗口人员",
    Blank.APPELLANT_UNIT: "测试医保局",
    Blank.APPEALED: "2026年2月16日",
    Blank.APPEAL_REASON: "评价人办理的是另一个窗口的业务。",
    Blank.RESULT: "申诉成立",
    Blank.FOUND: "误评",
    Blank.GROUNDS: "经核对监控，评价对象有误。",
    Blank.CONFIRMATION: "测试行政审批局同意。情况属实。",
}


def document(kind: DocumentKind, jurisdiction: str = "ezhou", step: int = 3) -> Document:
    """A document of that kind."""
    return Document(
        case_no="ezhou-420700000001-1", jurisdiction=jurisdiction, kind=kind, step=step, day=date(2026, 3, 2)
    )


def filled(kind: DocumentKind, **changes: str) -> Filled:
    """All blanks of a kind, filled."""
    every = NEEDED[kind] | OPTIONAL[kind]
    return {blank: text for blank, text in FILLED.items() if blank in every} | {
        Blank(name): text for name, text in changes.items()
    }


def only_needed(kind: DocumentKind) -> Filled:
    """The blanks that every document of the kind fills; the others are open."""
    return {blank: text if blank in NEEDED[kind] else "" for blank, text in filled(kind).items()}


def lines_of(content: bytes) -> list[str]:
    """The paragraphs of a DOCX file in their order, with its head."""
    opened = docx.Document(io.BytesIO(content))
    head = opened.sections[0].first_page_header.paragraphs
    return [each.text for each in (*head, *opened.paragraphs) if each.text]
