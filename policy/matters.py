"""Takes or rejects one delivered matter (办件).

Decides the field names, what has to be there, and everything that is wrong with a row that cannot be taken. The names
are those of the ratings where they have one (`policy.rating_fields`), so a source calls the same thing by the same name
twice; the other three are this project's, since no document says how a matter is delivered.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from models.matters import Matter, MattersRefused
from models.ratings import Fault
from policy.cells import CellRefused, Check, time_check
from policy.code_systems import CodeSystem, codes_of
from policy.rating_fields import checks_for


class MatterField(NamedTuple):
    """One field: its name, its meaning in Chinese, and whether it must be there."""

    name: str
    meaning: str
    needed: bool = False


FIELDS: tuple[MatterField, ...] = (
    MatterField("projectNo", "办件编号", needed=True),
    MatterField("deptCode", "部门统一社会信用代码", needed=True),
    MatterField("taskCode", "事项编码"),
    MatterField("taskName", "事项名称", needed=True),
    MatterField("proManagerNo", "受理人员工号"),
    MatterField("windowNo", "窗口编号"),
    MatterField("finishTime", "办结时间", needed=True),
    MatterField("leaveTime", "离开大厅的时间"),
    MatterField("canEvaluate", "能否评价"),
    MatterField("mobile", "手机号"),
)
"""All fields, in the order in which faults are listed."""

_NAME_OF = {field.name.lower(): field.name for field in FIELDS}


class MatterColumns(NamedTuple):
    """Which column holds which field, and which columns no field is known for."""

    index_of: Mapping[str, int]
    unknown: tuple[str, ...]


def matter_columns(header: Sequence[str]) -> MatterColumns:
    """Find the fields in a header; names count without regard to case. Raises MattersRefused for one that will not do.

    A needed field that is not there, or a field that stands twice, costs the whole file.
    """
    index_of: dict[str, int] = {}
    unknown: list[str] = []
    for index, title in enumerate(header):
        name = _NAME_OF.get(title.strip().lower())
        if name is None:
            unknown += [title.strip()] if title.strip() else []
        elif name in index_of:
            raise MattersRefused(f"表头中“{name}”出现了两次，无法判断以哪一列为准。请只保留一列。")
        else:
            index_of[name] = index
    missing = [f"{field.name}（{field.meaning}）" for field in FIELDS if field.needed and field.name not in index_of]
    if missing:
        raise MattersRefused(f"表头缺少必需的列：{'、'.join(missing)}。请补齐后再导入。")
    return MatterColumns(index_of, tuple(unknown))


def read_matter(cells: Mapping[str, str], units: Mapping[str, str], now: datetime) -> Matter | tuple[Fault, ...]:
    """The matter in a row, or all that is wrong with it. `cells` are texts by field name, in any case of letters.

    `units` maps a department's social credit code to its unit id; `now` (aware) bounds the times.
    """
    given = {name: text for raw, text in cells.items() if (name := _NAME_OF.get(raw.strip().lower())) is not None}
    faults: list[Fault] = []
    texts: dict[str, str] = {}
    for field in FIELDS:
        raw = given.get(field.name, "")
        try:
            texts[field.name] = _checks(now)[field.name](raw)
            if field.needed and not texts[field.name]:
                raise CellRefused("缺少该字段", "请补填")
        except CellRefused as refused:
            faults.append(Fault(field.name, raw, refused.reason, refused.fix))
    if not faults:
        faults += _contradictions(texts, units)
    return tuple(faults) if faults else _matter(texts, units)


def _checks(now: datetime) -> dict[str, Check]:
    of_ratings = checks_for(codes_of(CodeSystem.NATIONAL), now)
    return {
        "projectNo": of_ratings["project_no"],
        "deptCode": of_ratings["dept_code"],
        "taskCode": of_ratings["task_code"],
        "taskName": of_ratings["task_name"],
        "proManagerNo": of_ratings["handler_no"],
        "windowNo": of_ratings["window_no"],
        "finishTime": time_check(latest=now),
        "leaveTime": time_check(latest=now),
        "canEvaluate": _yes_or_no,
        "mobile": of_ratings["mobile"],
    }


def _yes_or_no(raw: str) -> str:
    """Whether the matter can be rated; nothing said means that it can."""
    text = raw.strip()
    if text in ("", "1", "2"):
        return text or "1"
    raise CellRefused("取值不在允许范围内", "请填 1（能评价）或 2（不能评价），留空为能评价")


def _contradictions(texts: Mapping[str, str], units: Mapping[str, str]) -> list[Fault]:
    found = []
    if texts["deptCode"] not in units:
        fix = "请核对部门代码；若单位确实存在，请先由管理员登记"
        found.append(Fault("deptCode", texts["deptCode"], "部门代码不在单位目录", fix))
    if texts["projectNo"] == texts["mobile"]:
        fix = "办件编号会出现在流程编号中，不得使用个人信息"
        found.append(Fault("projectNo", texts["projectNo"], "办件编号与手机号相同", fix))
    return found


def _matter(texts: Mapping[str, str], units: Mapping[str, str]) -> Matter:
    left = texts["leaveTime"]
    return Matter(
        project_no=texts["projectNo"],
        unit=units[texts["deptCode"]],
        dept_code=texts["deptCode"],
        task_code=texts["taskCode"],
        task_name=texts["taskName"],
        staff_no=texts["proManagerNo"],
        closed_at=datetime.fromisoformat(texts["finishTime"]),
        left_at=datetime.fromisoformat(left) if left else None,
        rateable=texts["canEvaluate"] == "1",
        mobile=texts["mobile"],
        window_no=texts["windowNo"],
    )
