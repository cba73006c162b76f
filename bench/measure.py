"""Comparing two things fairly on a busy machine: interleaved pairs, medians, and the same thing against itself.

Each pair runs A B B A, so that a machine that gets slower or faster hits both alike. The A/A ratio, measured in the
same way with A on both sides, says how far from 1 a ratio may lie without meaning anything.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

LEAST_PAIRS = 6


@dataclass(frozen=True)
class Ratio:
    """How many times as long A takes as B: above 1, B is faster."""

    ratio: float
    """Median over the pairs of (time of A) / (time of B)."""
    same: float
    """The same median with A on both sides."""
    a_seconds: float
    """Median time of one run of A."""
    b_seconds: float
    """Median time of one run of B."""
    pairs: int

    def __str__(self) -> str:
        return f"{self.ratio:.2f} times (A/A {self.same:.2f}, {self.pairs} pairs, medians)"


def abba(a: Callable[[], object], b: Callable[[], object], pairs: int = LEAST_PAIRS) -> Ratio:
    """Run A B B A `pairs` times, then A A A A as often, and compare. Each runs once beforehand, unmeasured."""
    if pairs < LEAST_PAIRS:
        raise ValueError(f"at least {LEAST_PAIRS} pairs are needed, not {pairs}")
    a()
    b()
    compared = [_pair(a, b) for _ in range(pairs)]
    same = [_pair(a, a) for _ in range(pairs)]
    return Ratio(
        ratio=median(of_a / of_b for of_a, of_b in compared),
        same=median(first / second for first, second in same),
        a_seconds=median(of_a for of_a, _ in compared) / 2,
        b_seconds=median(of_b for _, of_b in compared) / 2,
        pairs=pairs,
    )


def _pair(a: Callable[[], object], b: Callable[[], object]) -> tuple[float, float]:
    """Seconds for the two outer and the two inner runs of A B B A."""
    outer = _seconds(a)
    inner = _seconds(b) + _seconds(b)
    return outer + _seconds(a), inner


def _seconds(run: Callable[[], object]) -> float:
    begins = time.perf_counter()
    run()
    return time.perf_counter() - begins
