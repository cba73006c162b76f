"""A made-up circular of a quarter, for tests and pictures: six units, three of them at the bottom."""

from typing import Any

from casework.circular_text import TOLD
from models.analysis import KeptFigure, Named
from models.circulars import Circular, KeptCircular, UnitRanked
from models.figures import FigureKind, FigurePeriod
from tests.support.engine import at

_USUAL = (9, 10)
"""What a rate is of which nothing else is said."""

UNITS = (
    ("测试医疗保障局", 510, 1, 1, 1),
    ("测试不动产登记中心", 420, 2, 2, 2),
    ("测试人力资源和社会保障局", 1_310, 9, 8, 7),
    ("测试住房公积金管理中心", 96, 1, 1, 1),
    ("测试市场监督管理局", 310, 6, 5, 5),
    ("测试交通运输局政务服务窗口", 48, 2, 2, 1),
)
"""Name, ratings, bad ones, limits that ran out, remediations; by the good rate, the best first."""


def figures(total: int, bad: int, due: int, done: int) -> tuple[KeptFigure, ...]:
    """The figures of a place or of a unit."""
    known: dict[FigureKind, tuple[int, int | None]] = {
        FigureKind.N_EVAL: (total, None),
        FigureKind.GOOD_RATE: (total - bad, total),
        FigureKind.BAD_RATE: (bad, total),
        FigureKind.VOID_RATE: (1, bad + 1),
        FigureKind.REMEDIATION_RATE: (done, due),
        FigureKind.ON_TIME_RATE: (max(done - 1, 0), due),
    }
    parts = {kind: known.get(kind, _USUAL) for kind in TOLD}
    return tuple(KeptFigure(kind=kind.value, numerator=n, denominator=of) for kind, (n, of) in parts.items())


def made_up(**changes: Any) -> KeptCircular:
    """The circular of a quarter as it might be."""
    circular = Circular(
        jurisdiction="xintai",
        place_name="测试市",
        office="测试市行政审批服务局",
        period=FigurePeriod.of_months(2026, 7, 3),
        as_of=at("2026-10-08 08:30"),
        figures=figures(2_694, 21, 19, 17),
        before=figures(2_411, 26, 20, 20),
        targets={FigureKind.REMEDIATION_RATE.value: 100},
        units=tuple(
            UnitRanked(name=name, place=place, figures=figures(total, bad, due, done), is_bottom=place > 3)
            for place, (name, total, bad, due, done) in enumerate(UNITS, start=1)
        ),
        bottom_last=3,
        reasons=(Named(name="无理由超过法定办理时间", count=8), Named(name="多头跑窗口和部门", count=5)),
        items=(Named(name="社会保险登记（T1）", count=6), Named(name="企业开办（T3）", count=3)),
    )
    return KeptCircular(
        number="〔2026〕4号", year=2026, count=4, made_by=None, circular=circular.model_copy(update=changes)
    )


def scored(**changes: Any) -> KeptCircular:
    """The same where the units are ranked by a composite score; one of them has none."""
    units = [
        unit.model_copy(update={"score": f"{98 - number * 3}.25 分", "is_bottom": False})
        for number, unit in enumerate(made_up().circular.units)
    ]
    units[-1] = units[-1].model_copy(update={"place": None, "score": "—"})
    return made_up(
        units=tuple(units),
        dimensions=("服务质量（25 分）", "主动评价率（25 分）", "差评整改率（25 分）", "差评整改回访满意率（25 分）"),
        bottom_last=0,
        **changes,
    )
