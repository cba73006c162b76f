"""The data quality check (数据质检) as values: the item directory, what is compared with it, and what was found.

What each check means is decided in `policy.quality`; nothing here is personal, so it may be shown to supervisors.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import AwareDatetime

from models.base import Value
from models.errors import BadInput
from models.figures import FigurePeriod
from models.ratings import Fault


class DirectoryItem(NamedTuple):
    """One row of the item directory: an item as one department holds it.

    `handle_item` is empty for an item that has no handling items (业务办理项).
    """

    task_code: str
    handle_item: str
    task_name: str
    dept_code: str
    dept_name: str


class ItemDirectory(Value):
    """Which item directory (事项目录) a jurisdiction has: of which file, how many rows, since when, and by whom.

    `loaded_by` is empty when it was loaded on the command line.
    """

    jurisdiction: str
    sha256: str
    file_name: str
    items: int
    loaded_by: str
    loaded_at: AwareDatetime


class ItemsRefused(BadInput):
    """A file is no item directory; what was there before stays. `faults` has the number of each bad row."""

    def __init__(self, sentence: str, faults: Sequence[tuple[int, Fault]] = ()) -> None:
        super().__init__(sentence)
        self.faults = faults


class ItemField(StrEnum):
    """The five fields that must match the item library (TJ-24), by their names in the interface family."""

    TASK_CODE = "taskCode"
    HANDLE_ITEM = "taskHandleItem"
    TASK_NAME = "taskName"
    DEPT_CODE = "deptCode"
    DEPT_NAME = "proDepart"

    @property
    def label(self) -> str:
        """The field in Chinese."""
        return {
            ItemField.TASK_CODE: "事项编码",
            ItemField.HANDLE_ITEM: "业务办理项编码",
            ItemField.TASK_NAME: "事项名称",
            ItemField.DEPT_CODE: "部门统一社会信用代码",
            ItemField.DEPT_NAME: "部门名称",
        }[self]


class Match(StrEnum):
    """How one field of a rating stands to the item directory."""

    MATCHING = "matching"
    MISSING = "missing"
    UNKNOWN = "unknown"
    CONTRADICTING = "contradicting"

    @property
    def label(self) -> str:
        """The result in Chinese."""
        return {
            Match.MATCHING: "一致",
            Match.MISSING: "缺失",
            Match.UNKNOWN: "目录中查不到",
            Match.CONTRADICTING: "与目录不一致",
        }[self]


class Check(StrEnum):
    """What is looked for without a directory. What the intake refuses already is not among it."""

    BEFORE_ACCEPTANCE = "before_acceptance"
    UNLISTED_UNIT = "unlisted_unit"
    RETIRED_TAGS = "retired_tags"
    MIXED_TAGS = "mixed_tags"
    NO_TAG_VERSION = "no_tag_version"
    ANONYMITY_UNSTATED = "anonymity_unstated"
    NO_HANDLER = "no_handler"
    DEFAULT_UNMARKED = "default_unmarked"
    DEFAULT_WITH_WORDS = "default_with_words"

    @property
    def label(self) -> str:
        """The finding in Chinese."""
        return _CHECKS[self][0]

    @property
    def advice(self) -> str:
        """What can be done about it, in Chinese."""
        return _CHECKS[self][1]


_CHECKS = {
    Check.BEFORE_ACCEPTANCE: ("评价时间早于受理时间", "请来源系统核对两个时间，并检查服务器时钟"),
    Check.UNLISTED_UNIT: ("部门代码不在单位目录", "请由管理员登记该单位，或请来源系统更正部门代码"),
    Check.RETIRED_TAGS: ("使用已停用的标签", "请来源系统更新到现行的全国统一标签"),
    Check.MIXED_TAGS: ("同一条评价新旧标签混用", "请来源系统核对标签版本"),
    Check.NO_TAG_VERSION: ("有标签而没有标签版本", "请来源系统补报标签版本（evaVersion）"),
    Check.ANONYMITY_UNSTATED: ("没有说明是否匿名", "请来源系统补报是否匿名（anonymityFlag）"),
    Check.NO_HANDLER: ("没有受理人员", "请来源系统补报受理人员的工号或姓名，否则无法按人员统计"),
    Check.DEFAULT_UNMARKED: ("系统默认评价没有默认标志", "请来源系统把默认评价标志（isProtion）填为 1"),
    Check.DEFAULT_WITH_WORDS: ("默认评价却有标签或文字", "默认评价没有人作过选择，请来源系统核对标签和文字的来历"),
}


class QualityScope(Value):
    """Which ratings are looked at: those of a jurisdiction with an evaluation time in whole months."""

    jurisdiction: str
    period: FigurePeriod


class FieldResult(Value):
    """One field against the directory; the four counts add up to all ratings of the scope."""

    field: ItemField
    counts: Mapping[Match, int]


class CheckResult(Value):
    """How many ratings one check found."""

    check: Check
    ratings: int


class TagVersion(Value):
    """Tags under one declared version of the tag set; `version` is empty where the source named none."""

    version: str
    ratings: int
    retired: int
    mixed: int


class QualityReport(Value):
    """The data quality report of a scope. Without a directory `fields` is empty."""

    scope: QualityScope
    ratings: int
    directory: ItemDirectory | None
    fields: tuple[FieldResult, ...]
    checks: tuple[CheckResult, ...]
    versions: tuple[TagVersion, ...]


class QualityFinding(NamedTuple):
    """What somebody opens: one check, or one field with the result of its comparison."""

    check: Check | None = None
    field: ItemField | None = None
    match: Match | None = None

    @property
    def key(self) -> str:
        """The finding in an address."""
        return self.check.value if self.check else f"{self.field}.{self.match}"

    @property
    def label(self) -> str:
        """The finding in Chinese."""
        if self.field is None or self.match is None:
            return self.check.label if self.check else ""
        return f"{self.field.label}：{self.match.label}"


def read_finding(text: str) -> QualityFinding:
    """The finding of an address. Raises BadInput."""
    name, _, match = text.partition(".")
    try:
        return QualityFinding(field=ItemField(name), match=Match(match)) if match else QualityFinding(Check(name))
    except ValueError:
        raise BadInput("没有这项检查结果，请从数据质检的页面重新打开。") from None


class RatingFacts(NamedTuple):
    """What the checks and patterns know of one stored rating. Nothing of the evaluator is in it.

    Empty texts stand for what the source did not give. `unit` is the unit's id, or the department's code where the unit
    directory does not know it (then `is_listed` is false); `handler` the clerk's or window's number, else the name.
    """

    project_no: str
    assess_number: int
    assessed_at: datetime
    accepted_at: datetime | None
    level: int
    channel: str
    tags: str
    tag_version: str
    has_text: bool
    anonymous: bool | None
    default_flag: str
    unit: str
    is_listed: bool
    handler: str
    dept_code: str
    dept_name: str
    task_code: str
    task_handle_item: str
    task_name: str
    case_no: str
    origin: str = ""
    """Where it comes from, as its source stated it."""


class RatingPage(NamedTuple):
    """One page of ratings, the newest first, and from where the next one goes on; empty when there is none."""

    rows: Sequence[RatingFacts]
    next: str
