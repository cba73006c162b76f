"""The fields of the national interface family: names, meanings, aliases, and how the text of each is normalised.

Decides for one cell at a time; what the cells of a row have to do with each other is decided in `policy.intake`. A
check takes the cell's text and gives the normalised text, or raises `CellRefused`.
"""

import re
from datetime import datetime
from typing import NamedTuple

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from models.ids import is_safe_number
from models.ratings import RatingOrigin
from policy.cells import CellRefused, Check, time_check
from policy.code_systems import ACTIVE_TAGS, RETIRED_TAGS, Codes


class Field(NamedTuple):
    """One field of the interface family: its name, its meaning in Chinese, other names for it, and if it must be there.

    `attributes` are the fields of `Rating` that are made from it.
    """

    name: str
    meaning: str
    attributes: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    needed: bool = False


FIELDS: tuple[Field, ...] = (
    Field("projectNo", "办件编号", ("project_no",), needed=True),
    Field("assessNumber", "评价次数", ("assess_number",), ("serviceNumber",), needed=True),
    Field("satisfaction", "满意度", ("level", "satisfaction_code"), ("apprate", "levelCode"), needed=True),
    Field("pf", "评价渠道", ("channel", "channel_code"), needed=True),
    Field("assessTime", "评价时间", ("assessed_at",), needed=True),
    Field("evalDetail", "评价标签", ("tags",)),
    Field("writingEvaluation", "文字评价", ("comment",)),
    Field("anonymityFlag", "是否匿名", ("anonymous",)),
    Field("isProtion", "默认评价标志", ("default_flag",)),
    Field("deptCode", "部门统一社会信用代码", ("dept_code",), needed=True),
    Field("proDepart", "受理部门", ("dept_name",)),
    Field("proDepartCode", "受理部门编码", ("accepting_code",)),
    Field("areaCode", "行政区划代码", ("area_code",)),
    Field("areaName", "行政区划名称", ("area_name",)),
    Field("taskCode", "事项编码", ("task_code",)),
    Field("taskHandleItem", "业务办理项编码", ("task_handle_item",)),
    Field("taskName", "事项名称", ("task_name",)),
    Field("subMatter", "事项主题", ("sub_matter",)),
    Field("proManager", "受理人员", ("handler_name",)),
    Field("proManagerNo", "受理人员工号", ("handler_no",)),
    Field("acceptDate", "受理时间", ("accepted_at",)),
    Field("promiseTime", "办件类型", ("matter_kind",), ("taskType",)),
    Field("proStatus", "办件状态", ("matter_status",)),
    Field("userProp", "评价人类型", ("evaluator_kind",)),
    Field("appStatus", "审核状态", ("audit_status",), ("status",)),
    Field("publicFlag", "是否公开", ("public_flag",)),
    Field("dataSource", "数据来源", ("data_source",)),
    Field("effectivEvalua", "是否有效评价", ("effective_flag",)),
    Field("evaVersion", "标签版本", ("tag_version",)),
    Field("rectification", "整改反馈", ("remediation_text",)),
    Field("answer", "答复", ("reply_text",)),
    Field("userName", "评价人", ("user_name",), ("name",)),
    Field("userPageType", "证件类型", ("cert_type",)),
    Field("certKey", "证件号码", ("cert_number",), ("certKeyGOV",)),
    Field("mobile", "手机号", ("mobile",)),
    Field("handleUserName", "代办人", ("agent_name",)),
    Field("handleUserPageType", "代办人证件类型", ("agent_cert_type",)),
    Field("handleUserPageCode", "代办人证件号码", ("agent_cert_number",)),
    # What follows is not in the interface family.
    Field("origin", "评价来源", ("origin",)),
    Field("visitNo", "办事次号", ("visit_no",)),
    Field("themeName", "主题名称", ("theme_name",)),
    Field("coveredMatters", "一并评价的办件", ("covered_matters",)),
    Field("staffSatisfaction", "人员满意度", ("staff_level", "staff_satisfaction_code")),
    Field("staffEvalDetail", "人员评价标签", ("staff_tags",)),
    Field("windowNo", "窗口编号", ("window_no",)),
)
"""All fields, in the order in which faults are listed."""

MEANINGS = {field.name: field.meaning for field in FIELDS}


def checks_for(codes: Codes, now: datetime) -> dict[str, Check]:
    """The check of every field of `Rating` under a code system; `now` (aware) bounds the evaluation time."""
    return {
        "project_no": _project_no,
        "assess_number": _assess_number,
        "level": _coded({raw: str(int(level)) for raw, level in codes.satisfaction.items()}, codes.name),
        "satisfaction_code": str.strip,
        "channel": _coded({raw: channel.value for raw, channel in codes.channels.items()}, codes.name),
        "channel_code": str.strip,
        "assessed_at": _needed(time_check(latest=now)),
        "tags": _tags,
        "comment": _text(4000),
        "anonymous": _one_of({"1": "t", "2": "f"}, "1（匿名）或 2（实名）"),
        "default_flag": _text(10),
        "dept_code": _dept_code,
        "dept_name": _text(200),
        "accepting_code": _text(64),
        "area_code": _shaped(r"\d{6,12}", "行政区划代码应为 6 至 12 位数字"),
        "area_name": _text(200),
        "task_code": _text(64),
        "task_handle_item": _text(64),
        "task_name": _text(500),
        "sub_matter": _text(200),
        "handler_name": _text(100),
        "handler_no": _text(64),
        "accepted_at": time_check(latest=None),
        "matter_kind": _one_of(
            {raw: kind.value for raw, kind in codes.matter_kinds.items()},
            "、".join(f"{raw}（{kind.label}）" for raw, kind in codes.matter_kinds.items()),
        ),
        "matter_status": _one_of({"1": "1", "2": "2", "3": "3"}, "1（待受理）、2（办理中）或 3（已办结）"),
        "evaluator_kind": _one_of({"1": "1", "2": "2"}, "1（个人）或 2（法人）"),
        "audit_status": _text(10),
        "public_flag": _text(10),
        "data_source": _text(20),
        "effective_flag": _text(10),
        "tag_version": _text(20),
        "remediation_text": _text(4000),
        "reply_text": _text(4000),
        "user_name": _text(200),
        "cert_type": _text(20),
        "cert_number": _shaped(r"[0-9A-Za-z*()（）\-]{4,40}", "证件号码只能含字母、数字、星号和括号，4 至 40 位"),
        "mobile": _shaped(r"[0-9+*()\- ]{5,24}", "电话号码只能含数字、加号、星号、短横和括号，5 至 24 位"),
        "agent_name": _text(200),
        "agent_cert_type": _text(20),
        "agent_cert_number": _shaped(r"[0-9A-Za-z*()（）\-]{4,40}", "证件号码只能含字母、数字、星号和括号，4 至 40 位"),
        "origin": _one_of(_ORIGINS, "、".join(f"{each.value}（{each.label}）" for each in RatingOrigin)),
        "visit_no": _shaped(r"[0-9A-Za-z_.\-]{1,64}", "办事次号只能由字母、数字、短横、下划线和点组成，1 至 64 位"),
        "theme_name": _text(200),
        "covered_matters": _covered_matters,
        "staff_level": _optional(
            _coded({raw: str(int(level)) for raw, level in codes.satisfaction.items()}, codes.name)
        ),
        "staff_satisfaction_code": str.strip,
        "staff_tags": _tags,
        "window_no": _text(64),
    }


_ORIGINS = {said: each.value for each in RatingOrigin for said in (each.value, each.label)}
"""The code and the Chinese word."""


_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_SCIENTIFIC_FIX = "该列被表格软件改成了科学计数，请在原始系统中重新导出，并把该列设为“文本”格式"


def _project_no(raw: str) -> str:
    number = raw.strip()
    if is_safe_number(number):
        return number
    if not number:
        raise CellRefused("缺少办件编号", "请补填办件编号")
    if _SCIENTIFIC.fullmatch(number):
        raise CellRefused("办件编号不完整", _SCIENTIFIC_FIX)
    if len(number) > 50:
        raise CellRefused("办件编号超过 50 个字符", "请核对办件编号，长度不超过 50 个字符")
    raise CellRefused(
        "办件编号含有不允许的字符",
        "办件编号只能由字母、数字、短横（-）、下划线（_）和点（.）组成，以字母或数字开头",
    )


def _assess_number(raw: str) -> str:
    number = raw.strip()
    if re.fullmatch(r"0?[1-9]|[1-9][0-9]", number, re.ASCII):
        return number.lstrip("0")
    raise CellRefused("评价次数不是 1 至 99 的整数" if number else "缺少评价次数", "首次评价填 1，再次评价填 2")


def _coded(meanings: dict[str, str], system: str) -> Check:
    """A digit of the declared code system; needed."""

    def check(raw: str) -> str:
        meaning = meanings.get(raw.strip())
        if meaning is None:
            raise CellRefused(
                "代码不在声明的编码体系内" if raw.strip() else "缺少代码",
                f"声明的编码体系为“{system}”，允许的代码：{'、'.join(sorted(meanings))}；"
                "若来源用的是另一套编码，请以 --codes 声明后重新导入",
            )
        return meaning

    return check


def _one_of(meanings: dict[str, str], allowed: str) -> Check:
    """An optional field with few values."""

    def check(raw: str) -> str:
        code = raw.strip()
        if not code:
            return ""
        meaning = meanings.get(code)
        if meaning is None:
            raise CellRefused("取值不在允许范围内", f"请填 {allowed}，或留空")
        return meaning

    return check


def _shaped(pattern: str, fix: str) -> Check:
    """An optional field of a certain shape."""
    matches = re.compile(pattern, re.ASCII).fullmatch

    def check(raw: str) -> str:
        if matches(raw):
            return raw.strip()
        text = raw.strip()
        if not text or matches(text):
            return text
        raise CellRefused("格式不正确", _SCIENTIFIC_FIX if _SCIENTIFIC.fullmatch(text) else fix)

    return check


def _text(limit: int) -> Check:
    """Optional free text of at most `limit` characters; line ends become \\n, control characters are refused."""

    def check(raw: str) -> str:
        text = raw.strip()
        if not raw.isprintable():
            text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
            if _UNFIT.search(text):
                raise CellRefused("含有不可见的控制字符或残缺字符", "请删除看不见的字符后重新填写")
        if len(text) > limit:
            raise CellRefused(f"超过 {limit} 个字符", f"请缩短到 {limit} 个字符以内")
        return text

    return check


_UNFIT = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def _needed(check: Check) -> Check:
    def needed(raw: str) -> str:
        text = check(raw)
        if not text:
            raise CellRefused("缺少该字段", "请补填")
        return text

    return needed


def _tags(raw: str) -> str:
    """Reason tags, separated by commas; all of one star level (interface family, `evalDetail`)."""
    tags = [tag for tag in (part.strip() for part in raw.replace("，", ",").split(",")) if tag]
    unknown = [tag for tag in tags if tag not in ACTIVE_TAGS and tag not in RETIRED_TAGS]
    if unknown:
        raise CellRefused(
            "评价标签不在全国统一标签集内",
            f"不认识 {'、'.join(unknown)}；请按全国统一的三位标签代码填写，以逗号分隔，如 108,113",
        )
    if len({tag[0] for tag in tags}) > 1:
        raise CellRefused("评价标签分属不同的星级", "同一条评价的标签首位须相同，且与满意度一致")
    return ",".join(dict.fromkeys(tags))


MOST_COVERED = 999
"""Matters beside the rating's own; the largest submission that a place may ask for has a thousand (`batch_min`)."""

_PARTS = re.compile(r"[,，;；、\n]")
_CODE = re.compile(r"[0-9A-Za-z_.\-]{1,64}", re.ASCII)


def _covered_matters(raw: str) -> str:
    """Other matters that the rating covers, each a number or `number=item code`, in the order of their numbers."""
    given = [part.replace("＝", "=").partition("=") for part in _PARTS.split(raw) if part.strip()]
    covered: dict[str, str] = {}
    for number, equals, code in ((number.strip(), equals, code.strip()) for number, equals, code in given):
        _project_no(number)
        if equals and not _CODE.fullmatch(code):
            raise CellRefused(f"办件 {number} 的事项编码不正确", "请写成“办件编号=事项编码”，以逗号分隔")
        if covered.setdefault(number, code) != code:
            raise CellRefused(f"办件 {number} 写了不同的事项编码", "每个办件只写一次")
    if len(covered) > MOST_COVERED:
        raise CellRefused(f"超过 {MOST_COVERED} 件", f"一条评价最多覆盖 {MOST_COVERED} 件其他办件，请分成几条")
    return ",".join(f"{number}={code}" if code else number for number, code in sorted(covered.items()))


def _optional(check: Check) -> Check:
    """A check of what may be missing."""
    return lambda raw: check(raw) if raw.strip() else ""


def _dept_code(raw: str) -> str:
    code = raw.strip()
    if not code:
        raise CellRefused("缺少部门代码", "请补填部门的 18 位统一社会信用代码")
    try:
        return uscc.validate(code)
    except ValidationError:
        fix = "请填部门的 18 位统一社会信用代码，并逐位核对"
        raise CellRefused(
            "部门代码不是有效的统一社会信用代码（长度、字符或校验位不对）",
            _SCIENTIFIC_FIX if _SCIENTIFIC.fullmatch(code) else fix,
        ) from None
