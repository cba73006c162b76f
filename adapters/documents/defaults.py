"""The words of the default templates, and the program that makes the files of them.

Run `python -m adapters.documents.defaults` after a change here; it writes `jurisdictions/_shared/documents/`. A place
that wants other words or another look puts a file of the same name, edited in any office program, into its own folder.
"""

import io
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from docx.document import Document

from adapters.documents.layout import (
    ADDRESSEE,
    HEADING,
    TITLE,
    add_lines,
    begin_letter,
    begin_order,
    fix_properties,
    new_sheet,
    sign,
)
from adapters.documents.tables import add_table, add_table_styles
from adapters.documents.templates import PERIOD_CIRCULAR
from adapters.policy_files import JURISDICTIONS, SHARED
from models.analysis import ReportTable
from models.circulars import UNITS, CircularBlank, UnitBlank
from models.documents import Blank, DocumentKind

Line = tuple[str, str]

_OFFICE, _DAY = "{{ office }}（盖章）", "{{ day }}"


@dataclass(frozen=True)
class Words:
    """What one template says. `is_letter` chooses the head: that of a letter (函), else that of a decision or circular.

    Each line is a paragraph with the name of its style.
    """

    is_letter: bool
    number: str
    title: str
    addressee: str
    lines: tuple[Line, ...]


def _text(text: str) -> Line:
    return "", text


def _heading(text: str) -> Line:
    return HEADING, text


def _where(blank: Blank | CircularBlank, text: str) -> tuple[Line, Line, Line]:
    """A paragraph that only stands where the blank is filled."""
    return _text(f"{{%p if {blank} %}}"), _text(text), _text("{%p endif %}")


_THE_CASE = (
    _text("评价：{{ review }}。"),
    *_where(Blank.PROJECT_NO, "办件编号：{{ project_no }}。"),
    *_where(Blank.TAGS, "差评原因：{{ tags }}。"),
    _text(
        "办理：{{ dispatched }}转办{% if signed %}，{{ signed }}签收{% endif %}"
        "{% if finding %}；回访核实结论为{{ finding }}{% endif %}。"
    ),
)
_WHY = (
    _text("{{ reason }}"),
    *_where(Blank.MISSED, "截至本文书印发之日，以下时限已经届满而未完成：{{ missed }}。"),
)
_GROUND = _where(Blank.CLAUSE, "期限依据：{{ clause }}。")
_PROTECTED = "为保护评价人，本文书不载明评价人的身份和联系方式。"

WORDS = {
    DocumentKind.WRITTEN_FEEDBACK: Words(
        is_letter=True,
        number="差评反馈{{ number }}",
        title="关于“{{ item_name }}”差评整改情况的反馈",
        addressee="{{ addressee }}：",
        lines=(
            _text("你单位转办的差评件（编号{{ case_no }}）已完成第{{ round }}轮整改，现将有关情况反馈如下。"),
            _heading("一、差评情况"),
            *_THE_CASE,
            _heading("二、整改情况"),
            _text("{{ measures }}"),
            *_where(Blank.EVIDENCE, "佐证材料：{{ evidence }}。"),
            _text(f"{_PROTECTED}特此反馈。"),
        ),
    ),
    DocumentKind.SUPERVISION_ORDER: Words(
        is_letter=True,
        number="{{ number }}",
        title="关于“{{ item_name }}”差评整改的督办函",
        addressee="{{ addressee }}：",
        lines=(
            _text("你单位承办的差评件（编号{{ case_no }}）现予督办，有关事项函告如下。"),
            _heading("一、督办事由"),
            *_WHY,
            _heading("二、案件情况"),
            *_THE_CASE,
            _heading("三、督办要求"),
            _text(
                "请你单位负责人亲自过问，立即组织办理，查明未按要求整改的原因，于{{ due }}前落实，"
                "并在差评整改系统中登记结果，经核对后销号。期满未落实的，记入台账并继续升级处理。"
            ),
            *_GROUND,
            _text(_PROTECTED),
        ),
    ),
    DocumentKind.INTERVIEW_NOTICE: Words(
        is_letter=True,
        number="{{ number }}",
        title="关于就“{{ item_name }}”差评整改进行约谈的通知",
        addressee="{{ addressee }}：",
        lines=(
            _text("现就你单位承办的差评件（编号{{ case_no }}）约谈你单位负责人和经办人，有关事项通知如下。"),
            _heading("一、约谈事由"),
            *_WHY,
            _heading("二、案件情况"),
            *_THE_CASE,
            _heading("三、约谈安排"),
            _text("时间：　　　　年　　月　　日　　时　　分"),
            _text("地点："),
            _heading("四、有关要求"),
            _text(
                "请按时到场，如实说明原因，提出整改措施，于{{ due }}前落实，并在差评整改系统中登记结果，"
                "经核对后销号。期满未落实的，记入台账并继续升级处理。"
            ),
            *_GROUND,
            _text(_PROTECTED),
        ),
    ),
    DocumentKind.CIRCULAR: Words(
        is_letter=False,
        number="{{ number }}",
        title="关于“{{ item_name }}”差评整改情况的通报",
        addressee="各有关单位：",
        lines=(
            _text("现将{{ unit_name }}承办的差评件（编号{{ case_no }}）整改的有关情况通报如下。"),
            _heading("一、案件情况"),
            *_THE_CASE,
            _heading("二、通报事由"),
            *_WHY,
            _heading("三、有关要求"),
            _text(
                "请{{ unit_name }}将本通报传达到本单位全体窗口工作人员，对照检查，防止再次发生，"
                "于{{ due }}前落实，并在差评整改系统中登记结果，经核对后销号。"
            ),
            *_GROUND,
            _text(_PROTECTED),
        ),
    ),
    DocumentKind.APPEAL_DECISION: Words(
        is_letter=False,
        number="差评复核{{ number }}",
        title="申诉复核决定",
        addressee="",
        lines=(
            _text("申诉人：{{ appellant }}（{{ appellant_unit }}）。"),
            _text("申诉涉及的评价：差评件（编号{{ case_no }}），事项“{{ item_name }}”，{{ review }}。"),
            *_where(Blank.PROJECT_NO, "办件编号：{{ project_no }}。"),
            *_where(Blank.TAGS, "差评原因：{{ tags }}。"),
            _text("该差评件于{{ dispatched }}转办，承办单位为{{ unit_name }}。"),
            _heading("一、申诉理由"),
            _text("申诉人于{{ appealed }}提出申诉，理由如下："),
            _text("{{ appeal_reason }}"),
            _heading("二、复核意见"),
            _text("{{ grounds }}"),
            *_where(Blank.CONFIRMATION, "所在管理单位的确认意见：{{ confirmation }}"),
            _heading("三、复核决定"),
            _text("{{ result }}{% if found %}，该评价认定为{{ found }}，不予采纳{% else %}，原评价不变{% endif %}。"),
            _text(_PROTECTED),
        ),
    ),
}


_COLUMNS = {
    UnitBlank.PLACE: ("名次", 12),
    UnitBlank.NAME: ("单位", 36),
    UnitBlank.SCORE: ("综合评分", 22),
    UnitBlank.RATINGS: ("评价总量", 20),
    UnitBlank.BAD: ("差评", 14),
    UnitBlank.GOOD_RATE: ("好评率", 36),
    UnitBlank.REMEDIATION_RATE: ("差评整改率", 24),
    UnitBlank.ON_TIME_RATE: ("按期整改率", 24),
}
"""The table of units: what each column is called, and how wide it is beside the others."""

OF_THE_PERIOD = (
    _text(
        "现将{{ place }}{{ period }}（{{ first_day }}至{{ last_day }}）政务服务“好差评”和差评整改情况通报如下。"
        "各项数字按{{ as_of }}所知统计，比率后列出分子和分母；百分比截断，不四舍五入，没有可统计的记“—”。"
    ),
    _heading("一、总体情况"),
    _text("{{ totals }}"),
    _text("{{ remediation }}"),
    *_where(CircularBlank.TARGETS, "{{ targets }}"),
    _heading("二、各单位情况"),
    _text("{{ ranked }}"),
)
"""The circular of a period down to its table; `AFTER_THE_TABLE` goes on."""

AFTER_THE_TABLE = (
    *_where(CircularBlank.PRAISED, "{{ praised }}"),
    *_where(CircularBlank.BOTTOM, "{{ bottom }}"),
    _heading("三、集中反映的问题"),
    _text("{{ problems }}"),
    _heading("四、有关要求"),
    _text(
        "请各单位将本通报传达到全体窗口工作人员，对照检查，查明差评集中的原因和事项，切实改进。有逾期未整改差评的，"
        "要立即整改并说明原因；排名靠后的，要分析原因，提出改进措施。"
    ),
    _text("整改情况要及时在差评整改系统中登记，以备核对。"),
)


def period_circular() -> bytes:
    """The default template of the circular of a period; the table has another column where there are scores."""
    sheet = new_sheet()
    add_table_styles(sheet)
    begin_order(sheet, "{{ office }}", "差评通报{{ number }}")
    add_lines(sheet, [(TITLE, "关于{{ place }}{{ period }}政务服务\n“好差评”情况的通报"), (ADDRESSEE, "各有关单位：")])
    add_lines(sheet, OF_THE_PERIOD)
    add_lines(sheet, [_text("{%p if scored %}"), _text("{{ scored }}")])
    _add_units(sheet, list(UnitBlank))
    add_lines(sheet, [_text("{%p else %}")])
    _add_units(sheet, [column for column in UnitBlank if column is not UnitBlank.SCORE])
    add_lines(sheet, [_text("{%p endif %}"), *AFTER_THE_TABLE])
    sign(sheet, _OFFICE, _DAY)
    fix_properties(sheet, "通报")
    return _packed(sheet)


def _add_units(sheet: Document, columns: Sequence[UnitBlank]) -> None:
    """The table of units: a row that is repeated for each of them, between the two that say so."""
    rest = ("",) * (len(columns) - 1)
    add_table(
        sheet,
        ReportTable(
            caption="各单位评价和整改情况",
            head=tuple(_COLUMNS[column][0] for column in columns),
            widths=tuple(_COLUMNS[column][1] for column in columns),
            words=(1,),
            rows=(
                (f"{{%tr for unit in {UNITS} %}}", *rest),
                tuple(f"{{{{ unit.{column} }}}}" for column in columns),
                ("{%tr endfor %}", *rest),
            ),
        ),
    )


def template(kind: DocumentKind) -> bytes:
    """The default template of a kind as a DOCX file; the same words give the same bytes."""
    words = WORDS[kind]
    sheet = new_sheet()
    begin = begin_letter if words.is_letter else begin_order
    begin(sheet, "{{ office }}", words.number)
    add_lines(sheet, _lines(words))
    sign(sheet, _OFFICE, _DAY)
    fix_properties(sheet, kind.label)
    return _packed(sheet)


def write(folder: Path) -> list[Path]:
    """Write all default templates into a folder; which files."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {kind.value: template(kind) for kind in DocumentKind} | {PERIOD_CIRCULAR: period_circular()}
    written = []
    for name, content in made.items():
        path = folder / f"{name}.docx"
        path.write_bytes(content)
        written.append(path)
    return written


def _lines(words: Words) -> Iterator[Line]:
    yield TITLE, words.title
    if words.addressee:
        yield ADDRESSEE, words.addressee
    yield from words.lines


def _packed(sheet: Document) -> bytes:
    made = io.BytesIO()
    sheet.save(made)
    return _without_times(made.getvalue())


def _without_times(packed: bytes) -> bytes:
    """The same archive without the moment at which each of its files was packed."""
    again = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name), old.read(name), zipfile.ZIP_DEFLATED)
    return again.getvalue()


if __name__ == "__main__":
    for made_file in write(JURISDICTIONS / SHARED / "documents"):
        print(made_file, file=sys.stdout)
