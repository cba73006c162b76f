"""The rules of scores on disk: `jurisdictions/<id>/scores.toml`. A place without the file scores nothing.

What a well-formed file is decides `policy.score_rules`.
"""

from functools import lru_cache
from pathlib import Path

from models.errors import BadPolicy
from policy.score_rules import ScoreRules, parse_score_rules

SCORES = "scores.toml"


def score_rules(root: Path, jurisdiction: str) -> ScoreRules:
    """A jurisdiction's rules. Raises BadPolicy for a wrong file."""
    path = root / jurisdiction / SCORES
    return _parsed(path, path.stat().st_mtime_ns) if path.is_file() else ScoreRules()


def score_faults(folder: Path, shown: str) -> list[str]:
    """What is wrong with the rules in a place's folder, a sentence for each fault; `shown` names the file."""
    path = folder / SCORES
    if not path.is_file():
        return []
    try:
        _read(path, shown)
    except BadPolicy as fault:
        return str(fault).splitlines()
    return []


@lru_cache(maxsize=64)
def _parsed(path: Path, written: int) -> ScoreRules:
    """The same file is read once; `written` tells one that was changed meanwhile."""
    del written
    return _read(path, f"{path.parent.name}/{path.name}")


def _read(path: Path, shown: str) -> ScoreRules:
    try:
        return parse_score_rules(path.read_text(encoding="utf-8"), shown)
    except UnicodeDecodeError:
        raise BadPolicy(f"{shown}：文件编码必须是 UTF-8。") from None
