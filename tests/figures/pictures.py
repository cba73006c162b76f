"""Takes the pictures of `docs/scores.md`: `python -m tests.figures.pictures`. Needs LibreOffice and poppler-utils.

Prints a made-up analysis and writes two of its pages to `docs/images`.
"""

import subprocess
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.documents.printing import Printer
from adapters.documents.reports import report_docx
from casework.analysis_text import TOLD, report_of
from models.analysis import Analysis, CaseNumbers, KeptAnalysis, KeptFigure, MonthCounted, Named, UnitCounted
from models.figures import FigureKind, FigurePeriod
from tests.documents.pictures import IMAGES
from tests.support.engine import at

_PAGES = (1, 3)
_DOTS = "64"
_USUAL = (9, 10)
"""What a rate is of which nothing else is said."""


def figures(total: int, bad: int, due: int, done: int, in_time: int) -> tuple[KeptFigure, ...]:
    """The figures of some stretch of time."""
    known: dict[FigureKind, tuple[int, int | None]] = {
        FigureKind.N_EVAL: (total, None),
        FigureKind.REPEAT_INDEX: (1, None),
        FigureKind.GOOD_RATE: (total - bad, total),
        FigureKind.BAD_RATE: (bad, total),
        FigureKind.VOID_RATE: (1, bad + 1),
        FigureKind.EXTENSION_RATE: (1, due),
        FigureKind.APPEAL_UPHELD_RATE: (1, 3),
        FigureKind.REMEDIATION_RATE: (done, due),
        FigureKind.ON_TIME_RATE: (in_time, due),
        FigureKind.REMEDIATION_DAYS_MEAN: (done * 3, done),
    }
    parts = {kind: known.get(kind, _USUAL) for kind in TOLD}
    return tuple(KeptFigure(kind=kind.value, numerator=n, denominator=of) for kind, (n, of) in parts.items())


def made_up() -> KeptAnalysis:
    """An analysis of a quarter as it might be."""
    months = ((10, 4), (11, 3), (12, 2), (1, 3), (2, 4), (3, 6))
    analysis = Analysis(
        jurisdiction="test",
        place_name="测试县",
        period=FigurePeriod.of_months(2026, 1, 3),
        as_of=at("2026-04-01 08:30"),
        figures=figures(1_240, 13, 12, 11, 10),
        before=figures(1_105, 9, 8, 8, 6),
        months=tuple(
            MonthCounted(
                month=date(2026 if month < 10 else 2025, month, 1),
                figures=figures(400 + bad, bad, bad, bad - 1, bad - 2),
            )
            for month, bad in months
        ),
        targets={FigureKind.REMEDIATION_RATE.value: 100},
        repeat_count=3,
        reasons=(Named(name="无理由超过法定办理时间", count=6), Named(name="多头跑窗口和部门", count=3)),
        items=(Named(name="社会保险登记", count=4), Named(name="企业开办", count=2)),
        units=tuple(
            UnitCounted(name=name, place=place, figures=figures(total, bad, bad, bad, bad - 1), is_bottom=False)
            for place, (name, total, bad) in enumerate(
                (("测试医保局", 510, 2), ("测试人社局", 420, 5), ("测试市场监管局", 310, 6)), start=1
            )
        ),
        bottom_rule="本地没有末位名单的规定，只列名次。",
        unfinished=CaseNumbers(total=1, shown=("test-2026000017-1",)),
        late=CaseNumbers(total=1, shown=("test-2026000009-1",)),
        bad=CaseNumbers(total=13, shown=tuple(f"test-20260000{number:02}-1" for number in range(5, 18))),
    )
    return KeptAnalysis(number="〔2026〕1号", year=2026, count=1, made_by=None, analysis=analysis)


def main() -> None:
    """Take the pictures."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "analysis.pdf"
        path.write_bytes(Printer().pdf(report_docx(report_of(made_up()))))
        for page in _PAGES:
            only = ["-f", str(page), "-l", str(page), "-singlefile"]
            target = str(IMAGES / f"analysis-{page}")
            subprocess.run(["pdftoppm", "-r", _DOTS, "-png", *only, str(path), target], check=True, timeout=100)


if __name__ == "__main__":
    main()
