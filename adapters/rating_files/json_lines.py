"""Reads JSON Lines: one object on each line, with the interface's field names or their aliases as keys."""

import json
from collections.abc import Iterator
from io import BufferedReader, TextIOWrapper

from adapters.rating_files.inspection import FileFacts
from adapters.rating_files.rows import SourceRow
from models.ratings import Fault, FileRefused
from policy.intake import REMARK_COLUMNS
from policy.rating_fields import FIELDS


class JsonLinesFile:
    """One JSON object on each line, with the interface's field names or their aliases as keys."""

    def __init__(self, facts: FileFacts, raw: BufferedReader) -> None:
        self.facts = facts
        self._raw = raw
        self._text = TextIOWrapper(raw, facts.encoding)
        self._index = {
            name.lower(): index for index, field in enumerate(FIELDS) for name in (field.name, *field.aliases)
        }
        self._unknown: dict[str, None] = {}
        self.header = [field.name for field in FIELDS]
        self._refuse_other_json()

    def rows(self) -> Iterator[SourceRow]:
        for number, line in enumerate(self._text, start=1):
            if line.strip():
                yield self._row(number, line)

    def unknown_names(self) -> tuple[str, ...]:
        return tuple(self._unknown)

    def position(self) -> float:
        return self._raw.tell() / self.facts.size

    def _row(self, number: int, line: str) -> SourceRow:
        cells = [""] * len(self.header)
        raw = line.strip()
        try:
            pairs = json.loads(line, object_pairs_hook=_Pairs)
        except (json.JSONDecodeError, RecursionError):
            fault = Fault("", "", "不是正确的 JSON", "请修正本行的 JSON 写法：一行一个对象，键和文字用双引号括起")
            return SourceRow(number, cells, raw, fault)
        if not isinstance(pairs, _Pairs):
            fault = Fault("", "", "不是 JSON 对象", "每行应为一个 JSON 对象，即写在 { } 之内的字段")
            return SourceRow(number, cells, raw, fault)
        seen: set[int] = set()
        for key, value in pairs:
            index = self._index.get(key.strip().lower())
            if index is None:
                if key not in REMARK_COLUMNS and len(self._unknown) < _NAMES_REPORTED:
                    self._unknown.setdefault(key)
            elif index in seen:
                fault = Fault(key, "", "同一个字段出现了两次", "请只保留一个")
                return SourceRow(number, cells, raw, fault)
            else:
                seen.add(index)
                text = _text_of_json(value)
                if text is None:
                    fault = Fault(key, "", "字段的值不是文字或数字", "请把该字段改为文字或数字")
                    return SourceRow(number, cells, raw, fault)
                cells[index] = text
        return SourceRow(number, cells, raw)

    def _refuse_other_json(self) -> None:
        """Refuse a JSON array, and a file whose first objects do not even have the needed fields."""
        name = self.facts.path.name
        with self.facts.path.open(encoding=self.facts.encoding) as file:
            head = [line for line, _ in zip(file, range(100), strict=False)]
        first = next((line.strip() for line in head if line.strip()), "")
        if first.startswith("["):
            raise FileRefused(f"{name} 是一个 JSON 数组。请改为 JSON Lines：每行一个 JSON 对象，不加方括号和行尾逗号。")
        found: set[int] = set()
        objects = 0
        for line in head:
            try:
                pairs = json.loads(line, object_pairs_hook=_Pairs)
            except (json.JSONDecodeError, RecursionError):
                continue
            if isinstance(pairs, _Pairs):
                objects += 1
                found.update(self._index[key.strip().lower()] for key, _ in pairs if key.strip().lower() in self._index)
        if not objects:
            raise FileRefused(f"{name} 不是 JSON Lines：前 {len(head)} 行中没有一个 JSON 对象。")
        missing = [
            f"{field.name}（{field.meaning}）"
            for index, field in enumerate(FIELDS)
            if field.needed and index not in found
        ]
        if missing:
            raise FileRefused(f"{name} 的对象缺少必需的字段：{'、'.join(missing)}。请按国家“好差评”接口的字段名补齐。")


class _Pairs(list[tuple[str, object]]):
    """A JSON object as its pairs, so that a key that stands twice is seen."""


def _text_of_json(value: object) -> str | None:
    """The text of a JSON value; a list of plain values becomes a comma-separated text (`evalDetail`)."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | dict | _Pairs):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        return str(value) if abs(value) < _TOO_LONG else None
    if isinstance(value, list):
        texts = [_text_of_json(each) for each in value if isinstance(each, str | int) and not isinstance(each, bool)]
        return ",".join(text for text in texts if text is not None) if len(texts) == len(value) else None
    return None


_TOO_LONG = 10**30
_NAMES_REPORTED = 100
