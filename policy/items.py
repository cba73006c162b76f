"""Takes or refuses one row of a file of the item directory (事项目录).

Decides which column is which field, what a row must have, and what is said of a wrong one. Reading files and storing
the directory is the business of `adapters.items`. A directory replaces the one before as a whole, so one bad row
refuses the file: ratings of an item that was left out would otherwise be reported as unknown.
"""

from collections.abc import Iterable, Iterator, Sequence

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from models.quality import DirectoryItem, ItemsRefused
from models.ratings import Fault

COLUMNS = (
    ("task_code", "事项编码", ("taskCode", "事项编码", "实施编码", "事项代码")),
    ("handle_item", "业务办理项编码", ("taskHandleItem", "业务办理项编码")),
    ("task_name", "事项名称", ("taskName", "事项名称")),
    ("dept_code", "统一社会信用代码", ("deptCode", "统一社会信用代码", "部门统一社会信用代码", "部门代码")),
    ("dept_name", "部门名称", ("deptName", "proDepart", "部门名称", "实施主体")),
)
"""Field, what it is called in refusals, and the titles under which a file may have it."""

_LONGEST = {"task_code": 64, "handle_item": 64, "task_name": 500, "dept_code": 18, "dept_name": 200}
"""As long as the intake takes the same fields of a rating (`policy.rating_fields`)."""

_FIELD_OF = {title.lower(): name for name, _, titles in COLUMNS for title in titles}
_MEANING = {name: meaning for name, meaning, _ in COLUMNS}


def item_columns(header: Sequence[str]) -> dict[str, int]:
    """At which index each field stands. Raises ItemsRefused when one is missing or stands there twice."""
    index_of: dict[str, int] = {}
    for index, title in enumerate(header):
        name = _FIELD_OF.get(title.strip().lower())
        if name in index_of:
            raise ItemsRefused(f"表头中“{_MEANING[name]}”出现了两次，无法判断以哪一列为准。请只保留一列。")
        if name is not None:
            index_of[name] = index
    missing = [meaning for name, meaning, _ in COLUMNS if name not in index_of]
    if missing:
        raise ItemsRefused(
            f"表头缺少：{'、'.join(missing)}。事项目录须有五列：{'、'.join(_MEANING.values())}；"
            "没有业务办理项的事项，该列留空。"
        )
    return index_of


def read_items(
    rows: Iterable[tuple[int, Sequence[str], Fault | None]], index_of: dict[str, int]
) -> tuple[list[DirectoryItem], list[tuple[int, Fault]]]:
    """The items of these rows (number, cells, fault of the splitting), and everything wrong with each bad row."""
    items: dict[DirectoryItem, int] = {}
    first: dict[tuple[str, ...], int] = {}
    faults: list[tuple[int, Fault]] = []
    for number, cells, fault in rows:
        found = [fault] if fault else []
        if not found:
            item = DirectoryItem(**{name: cells[index].strip() for name, index in index_of.items()})
            found = list(_faults(item))
            key = (item.task_code, item.handle_item, item.dept_code)
            if not found and (before := first.setdefault(key, number)) != number:
                found = [_twice(item, before)]
        if not found:
            items[item] = number
        faults += [(number, each) for each in found]
    return list(items), faults


def _faults(item: DirectoryItem) -> Iterator[Fault]:
    for name, meaning, _ in COLUMNS:
        value = getattr(item, name)
        if not value and name != "handle_item":
            yield Fault(meaning, "", "没有填写", f"请补填{meaning}")
        elif len(value) > _LONGEST[name]:
            yield Fault(meaning, value, f"超过 {_LONGEST[name]} 个字符", "请核对后缩短")
        elif not value.isprintable():
            yield Fault(meaning, value, "含有看不见的控制字符", "请删除后重新填写")
        elif name == "dept_code" and not _is_uscc(value):
            yield Fault(meaning, value, "不是有效的统一社会信用代码（长度、字符或校验位不对）", "请逐位核对 18 位代码")


def _twice(item: DirectoryItem, before: int) -> Fault:
    reason = f"与第 {before} 行的事项编码、业务办理项编码和部门代码都相同"
    return Fault("事项编码", item.task_code, reason, "同一部门的同一事项只保留一行")


def _is_uscc(code: str) -> bool:
    try:
        return bool(uscc.validate(code) == code)
    except ValidationError:
        return False
