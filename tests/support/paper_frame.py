"""A frame of samples on paper: the matters of a list, drawn from without a database."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from models.samples import Window
from policy.samples import Stratum, rank


class Matter(NamedTuple):
    """A matter somebody can be called about; `mobile` says who that is, `number` is its key, `|` between the parts."""

    number: str
    window: Window
    mobile: str


@dataclass(frozen=True)
class PaperFrame:
    """A frame over a list, whatever its order."""

    matters: Sequence[Matter]
    seed: str

    def centres(self) -> Collection[str]:
        return {each.window.centre for each in self.matters}

    def windows(self, centres: Collection[str]) -> Collection[Window]:
        return {each.window for each in self.matters if each.window.centre in centres}

    def people(self, stratum: Stratum) -> Iterator[Matter]:
        here = [
            each
            for each in self.matters
            if stratum.centre in (None, each.window.centre) and stratum.window in (None, each.window.number)
        ]
        return iter(sorted(here, key=lambda each: rank(self.seed, *each.number.split("|"))))


class Once:
    """Accepts each number once, and no number that is excluded."""

    def __init__(self, excluded: Collection[str] = ()) -> None:
        self._seen = set(excluded)

    def __call__(self, matter: Matter) -> bool:
        is_new = matter.mobile not in self._seen
        self._seen.add(matter.mobile)
        return is_new
