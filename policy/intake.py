"""Takes or rejects one row of a file of ratings.

Decides which column is which field, whether a row can be taken, and everything that is wrong with it if not. Pure: the
clock and the unit directory are handed in. Reading files, storing ratings and finding repeated ones is the adapters'
business.

A row goes through one cached check per cell. Only a row with a fault is gone through again, to list all of its faults.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import call, itemgetter
from typing import NamedTuple

from models.base import Value
from models.ratings import ADDED, FAMILY, Fault, FileRefused, Rating, RatingRules
from policy.cells import CellRefused, Check
from policy.code_systems import codes_of
from policy.rating_fields import FIELDS, MEANINGS, checks_for
from policy.rating_rules import remarks_on, without_itself

REMARK_COLUMNS = ("行号", "字段", "原因", "如何更正", "原文")
"""Columns that a rejects file adds; a corrected rejects file is imported again, so they are skipped here."""


class IntakeRules(Value):
    """What an import needs to know to judge rows: the declared code system, the levels that are bad, the units.

    `units` maps a department's unified social credit code to its unit id; `rules` are the place's own.
    """

    code_system: str
    bad_levels: frozenset[int]
    units: Mapping[str, str]
    rules: RatingRules


class Columns(NamedTuple):
    """Which column of a file holds which field, and which columns no field is known for."""

    index_of: dict[str, int]
    unknown: tuple[str, ...]


def match_columns(header: Sequence[str]) -> Columns:
    """Find the fields in a header; names count without regard to case and surrounding blanks.

    Raises FileRefused when a needed column is missing or two columns hold the same field.
    """
    index_of: dict[str, int] = {}
    unknown: list[str] = []
    for index, title in enumerate(header):
        name = _FIELD_OF.get(title.strip().lower())
        if name is None:
            if title.strip() and title.strip() not in REMARK_COLUMNS:
                unknown.append(title.strip())
        elif name in index_of:
            first = header[index_of[name]].strip()
            raise FileRefused(
                f"表头中“{first}”与“{title.strip()}”是同一个字段（{MEANINGS[name]}），无法判断以哪一列为准。请只保留一列。"
            )
        else:
            index_of[name] = index
    missing = [f"{field.name}（{field.meaning}）" for field in FIELDS if field.needed and field.name not in index_of]
    if missing:
        raise FileRefused(f"表头缺少必需的列：{'、'.join(missing)}。请按国家“好差评”接口的字段名补齐表头后再导入。")
    return Columns(index_of, tuple(unknown))


class RowReader:
    """Reads the rows of one file: `read(cells)` gives the rating, or all faults of the row."""

    def __init__(self, index_of: Mapping[str, int], rules: IntakeRules, now: datetime) -> None:
        """`index_of` says at which index of a row each field stands; `now` is the moment of the import (aware)."""
        checks = checks_for(codes_of(rules.code_system), now)
        source = {attribute: field.name for field in FIELDS for attribute in field.attributes}
        self.reads_added = any(source[attribute] in index_of for attribute in ADDED)
        """Whether the file has columns for the fields that this project adds; without them they cost nothing."""
        self._attributes = Rating._fields if self.reads_added else FAMILY
        self._absent = len(Rating._fields) - len(self._attributes)
        self._names = [source[attribute] for attribute in self._attributes]
        indexes = [index_of.get(name, _ABSENT) for name in self._names]
        self._pick = itemgetter(*indexes)
        self._checks = [
            checks[attribute] if attribute in _MOSTLY_UNIQUE else _Remembered(checks[attribute]).__getitem__
            for attribute in self._attributes
        ]
        self._bad = frozenset(str(level) for level in rules.bad_levels)
        self._units = rules.units
        self.rules = rules.rules

    def is_bad(self, rating: Rating) -> bool:
        """Whether the rating is a bad review (差评) under the policy (EZ-07): any of its stars is enough (C-13)."""
        return rating.level in self._bad or rating.staff_level in self._bad

    def unit_of(self, rating: Rating) -> str:
        """The id of the rated unit (谁办理、谁负责, EZ-19), empty when the directory does not know it."""
        return self._units.get(rating.dept_code, "")

    def read(self, cells: Sequence[str]) -> Rating | tuple[Fault, ...]:
        """The rating in this row, or all that is wrong with it. `cells` has one text for each column of the file."""
        try:
            rating = Rating(*map(call, self._checks, self._pick((*cells, ""))))
        except CellRefused:
            return self._faults(cells)
        return self._look_closer(rating, cells)

    def read_all(self, rows: Sequence[Sequence[str]]) -> list[Rating | tuple[Fault, ...]]:
        """The same as `read` for each of some rows, in two thirds of the time: column by column.

        One faulty row makes all of them be read one by one, so give it a few dozen at a time.
        """
        if not rows:
            return []
        columns = (*zip(*rows, strict=True), ("",) * len(rows))
        try:
            checked = map(map, self._checks, self._pick(columns))
            ratings = map(Rating._make, zip(*checked, *[columns[-1]] * self._absent, strict=True))
            return [
                self._look_closer(rating, cells) if self._needs_a_look(rating) else rating
                for rating, cells in zip(ratings, rows, strict=True)
            ]
        except CellRefused:
            return [self.read(cells) for cells in rows]

    def _needs_a_look(self, rating: Rating) -> bool:
        """Whether the cells might have something against each other; few ratings do."""
        return (
            rating.level in self._bad
            or rating.anonymous == "t"
            or rating.tags[:1] not in ("", rating.level)
            or rating.project_no in (rating.cert_number, rating.mobile)
            or rating.tag_version != ""
            or (self.reads_added and rating[len(FAMILY) : _WINDOW] != _NOTHING_COMPARED)
        )

    def _look_closer(self, rating: Rating, cells: Sequence[str]) -> Rating | tuple[Fault, ...]:
        if self._contradictions(rating):
            return self._faults(cells)
        rating = without_itself(rating)
        # Who asked to be anonymous is not kept: nothing may use it, so nothing can leak it (EZ-41, EZ-42).
        return rating._replace(**_NOBODY) if rating.anonymous == "t" else rating

    def _faults(self, cells: Sequence[str]) -> tuple[Fault, ...]:
        """Everything that is wrong with the row, in the order of the fields."""
        faults: dict[str, Fault] = {}
        taken: dict[str, str] = dict.fromkeys(self._attributes, _UNREADABLE)
        raw_of: dict[str, str] = {}
        columns = zip(self._attributes, self._names, self._checks, self._pick((*cells, "")), strict=True)
        for attribute, name, check, raw in columns:
            raw_of[name] = raw
            try:
                taken[attribute] = check(raw)
            except CellRefused as refused:
                faults.setdefault(name, Fault(name, raw, refused.reason, refused.fix))
        for name, reason, fix in self._contradictions(Rating(**taken)):
            faults.setdefault(name, Fault(name, raw_of.get(name, ""), reason, fix))
        return tuple(faults[field.name] for field in FIELDS if field.name in faults)

    def _contradictions(self, rating: Rating) -> list[tuple[str, str, str]]:
        """What the cells of a row have against each other: field, reason and remedy. Unreadable fields are silent."""
        found = []
        level, tags, project_no = rating.level, rating.tags, rating.project_no
        if tags[:1] not in ("", level) and _UNREADABLE not in (level, tags):
            reason = "评价标签的首位与满意度不一致"
            found.append(("evalDetail", reason, f"满意度为 {level} 星时，标签应以 {level} 开头"))
        if project_no != _UNREADABLE and project_no in (rating.cert_number, rating.mobile):
            reason = "办件编号与评价人的证件号或手机号相同"
            found.append(("projectNo", reason, "办件编号会出现在案件号中，不得使用个人信息"))
        if not any(getattr(rating, name) == _UNREADABLE for name in _RELATED):
            found += remarks_on(rating, self.rules)
        if self.is_bad(rating):
            if rating.dept_code != _UNREADABLE and rating.dept_code not in self._units:
                fix = "请核对部门代码；若单位确实存在，请先由管理员登记"
                found.append(("deptCode", "部门代码不在单位目录", fix))
            if not rating.anonymous:
                fix = "请填 1（匿名）或 2（实名）；匿名差评整改但不回访"
                found.append(("anonymityFlag", "差评未说明是否匿名", fix))
        return found


_UNREADABLE = "\x00"
"""Stands for a field that has a fault of its own; no normalised text has this character."""

_WINDOW = Rating._fields.index("window_no")
"""The last of the added fields has nothing to do with the others."""

_RELATED = ("level", "channel", "tags", "default_flag", "tag_version", *Rating._fields[len(FAMILY) : _WINDOW])
"""The fields that `remarks_on` compares."""

_ABSENT = -1
_FIELD_OF = {name.lower(): field.name for field in FIELDS for name in (field.name, *field.aliases)}

_PERSONAL = (
    "user_name", "cert_type", "cert_number", "mobile", "agent_name", "agent_cert_type", "agent_cert_number",
)  # fmt: skip
_NOBODY = dict.fromkeys(_PERSONAL, "")
_NOTHING_COMPARED = ("",) * (_WINDOW - len(FAMILY))

_MOSTLY_UNIQUE = frozenset(
    {"project_no", "assessed_at", "accepted_at", "comment", "user_name", "cert_number", "mobile"},
)
"""Fields that differ from row to row, where remembering values would only cost."""

_REMEMBERED_VALUES = 20_000


class _Remembered(dict[str, str]):
    """The checked values of one column: a value that comes again costs one look-up."""

    def __init__(self, check: Check) -> None:
        super().__init__()
        self._check = check

    def __missing__(self, raw: str) -> str:
        value = self._check(raw)
        if len(self) < _REMEMBERED_VALUES:
            self[raw] = value
        return value
