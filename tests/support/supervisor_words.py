"""What the supervisor's output says of one part: whether it is being started again, or stands."""

import re

from adapters.stack.parts import PartName

_ENTRY = re.compile(r"^\[\d\d:\d\d:\d\d\] ", re.MULTILINE)
_STARTS_AGAIN = "，正在重新启动……"
_IS_BACK = "已恢复"


def times_lost(output: str, part: PartName) -> int:
    """How often the supervisor has said that it starts the part again."""
    return sum(_STARTS_AGAIN in entry for entry in _entries(output, part))


def times_back(output: str, part: PartName) -> int:
    """How often the supervisor has said that the part is back."""
    return sum(entry.startswith(_IS_BACK) for entry in _entries(output, part))


def stands(output: str, part: PartName) -> bool:
    """Whether the part is back as often as it was lost, by the supervisor's own word."""
    return times_back(output, part) == times_lost(output, part)


def _entries(output: str, part: PartName) -> list[str]:
    """What it said of the part, without the part's name; a reason may take more than one line."""
    entries = _ENTRY.split(output)[1:]
    return [entry.removeprefix(part.label) for entry in entries if entry.startswith(part.label)]
