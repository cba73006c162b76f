"""What the circular of a period says about its counts, in the calm Chinese of an official document (公文).

Decides by rules which sentences stand in the blanks of the template; the same counts give the same words. A percentage
is cut off as it is everywhere. Who is praised is an assumption, which stands at its constant; who is at the bottom the
place's rules say. Nothing is ordered here: what follows for whom people decide.
"""

from collections.abc import Sequence
from datetime import date, datetime

from casework.analysis_text import than
from casework.documents import day_text
from casework.figures import figure_text, value_text
from casework.periods import period_text
from models.analysis import Named, figures_of
from models.circulars import Circular, CircularBlank, FilledCircular, KeptCircular, UnitBlank, UnitRanked
from models.due import in_shanghai
from models.figures import Figure, FigureKind, FigurePeriod, Figures
from policy.figures import is_met

TOLD = (
    FigureKind.N_EVAL,
    FigureKind.GOOD_RATE,
    FigureKind.BAD_RATE,
    FigureKind.VOID_RATE,
    FigureKind.SIGNOFF_ON_TIME,
    FigureKind.VERIFIED_RATE,
    FigureKind.CALLBACK_RATE,
    FigureKind.REMEDIATION_RATE,
    FigureKind.ON_TIME_RATE,
    FigureKind.REAL_NAME_CLOSED_LOOP_RATE,
)
"""The figures that are told."""

PRAISED = 3
"""So many places are praised, and never more than the better half of those who have one. An assumption."""

_MOST_NAMED = 10
"""Units that a sentence names; the table has them all."""


def filled(made: KeptCircular) -> FilledCircular:
    """What stands in the blanks of a circular."""
    this = made.circular
    figures = figures_of(this.figures)
    return FilledCircular(
        blanks={
            CircularBlank.NUMBER: made.number,
            CircularBlank.DAY: day_text(this.as_of),
            CircularBlank.OFFICE: this.office,
            CircularBlank.PLACE: this.place_name,
            CircularBlank.PERIOD: _period(this.period),
            CircularBlank.FIRST_DAY: _day(this.period.first),
            CircularBlank.LAST_DAY: _day(this.period.last),
            CircularBlank.AS_OF: _moment(this.as_of),
            CircularBlank.TOTALS: _totals(figures, figures_of(this.before)),
            CircularBlank.REMEDIATION: _remediation(figures),
            CircularBlank.TARGETS: _targets(this, figures),
            CircularBlank.RANKED: _ranked(this),
            CircularBlank.SCORED: _scored(this),
            CircularBlank.PRAISED: _praised(this.units),
            CircularBlank.BOTTOM: _bottom(this),
            CircularBlank.PROBLEMS: _problems(this, figures),
        },
        units=tuple(_row(unit) for unit in this.units),
    )


def summary_of(made: KeptCircular) -> str:
    """A circular in one sentence, for those who are to look at it."""
    this = made.circular
    figures = figures_of(this.figures)
    ranked = sum(unit.place is not None for unit in this.units)
    return (
        f"已拟{period_text(this.period)}通报{made.number}：评价 {figures[FigureKind.N_EVAL].numerator:,} 件，"
        f"好评率 {figure_text(figures[FigureKind.GOOD_RATE])}，{ranked} 个单位参加排名。"
        "请在“通报”页面下载，审核、盖章后印发。"
    )


def _totals(now: Figures, before: Figures) -> str:
    total, good, bad = now[FigureKind.N_EVAL], now[FigureKind.GOOD_RATE], now[FigureKind.BAD_RATE]
    said = [
        f"本期共收到有效评价{total.numerator:,}件{_than(total, before.get(FigureKind.N_EVAL))}",
        f"好评率{figure_text(good)}{_than(good, before.get(FigureKind.GOOD_RATE))}",
        f"差评{bad.numerator:,}件，差评率{figure_text(bad)}{_than(bad, before.get(FigureKind.BAD_RATE))}",
    ]
    if voided := now[FigureKind.VOID_RATE].numerator:
        said.append(f"另有{voided:,}件差评经核实或者申诉不予采纳，不计入以上各数")
    return _closed(said)


def _remediation(now: Figures) -> str:
    signed, called = now[FigureKind.SIGNOFF_ON_TIME], now[FigureKind.CALLBACK_RATE]
    done, on_time = now[FigureKind.REMEDIATION_RATE], now[FigureKind.ON_TIME_RATE]
    said = []
    if signed.denominator:
        said.append(f"差评签收及时率{figure_text(signed)}")
    if called.denominator:
        said.append(f"实名差评回访率{figure_text(called)}")
    if done.denominator:
        said.append(
            f"整改期限在本期届满的属实差评{done.denominator:,}件次，差评整改率{figure_text(done)}，"
            f"按期整改率{figure_text(on_time)}"
        )
        overdue = done.denominator - done.numerator
        said.append(f"逾期仍未整改{overdue:,}件次" if overdue else "没有逾期未整改的差评")
    else:
        said.append("本期没有整改期限届满的属实差评")
    return _closed(said)


def _targets(this: Circular, now: Figures) -> str:
    """How the figures stand to what the place's documents ask for; empty where they ask for nothing."""
    said = []
    for kind, figure in now.items():
        target = this.targets.get(kind.value)
        if target is not None and (met := is_met(figure, target)) is not None:
            reached = "达到" if met else "未达到"
            said.append(f"{kind.label}{figure_text(figure)}，{reached}{target}%的目标")
    return _closed(said) if said else ""


def _ranked(this: Circular) -> str:
    count = sum(unit.place is not None for unit in this.units)
    if not count:
        return "本期没有可以排名的单位，各单位情况见下表。"
    by = "综合评分" if this.dimensions else "好评率"
    return f"本期参加排名的单位{count:,}个，按{by}由高到低排列，见下表；{by}相同的名次相同。"


def _scored(this: Circular) -> str:
    """How the composite score is made; empty where there is none."""
    if not this.dimensions:
        return ""
    borne = "有的单位缺少某一项的，该项分值由其他各项按比例分摊；" if this.is_borne else ""
    return f"综合评分由{'、'.join(this.dimensions)}组成。{borne}不计评分的记“—”。"


def _praised(units: Sequence[UnitRanked]) -> str:
    """Who is praised; empty where nobody is clearly among the first."""
    places = [unit.place for unit in units if unit.place is not None]
    first = [
        unit
        for unit in units
        if unit.place is not None and unit.place <= min(PRAISED, len(places) // 2) and not unit.is_bottom
    ]
    if not first or len(first) == len(places):
        return ""
    return f"对排名在前的{_names(first)}予以表扬。"


def _bottom(this: Circular) -> str:
    """Whom the place's rules name at the bottom; empty where they name nobody for such a period."""
    if not this.bottom_last:
        return ""
    row = f"、连续{this.bottom_in_a_row}期" if this.bottom_in_a_row > 1 else ""
    rule = f"按照末{this.bottom_last}名{row}列入末位名单的规定"
    named = [unit for unit in this.units if unit.is_bottom]
    if not named:
        return f"{rule}，本期没有列入末位名单的单位。"
    return f"{rule}，本期列入末位名单的单位为{_names(named)}，名次相同的一并列入。是否约谈，另行通知。"


def _problems(this: Circular, now: Figures) -> str:
    if not now[FigureKind.BAD_RATE].numerator:
        return "本期没有计入的差评。"
    said = []
    if this.reasons:
        said.append(f"差评反映较多的原因是{_counted(this.reasons)}")
    else:
        said.append("本期的差评都没有选择原因标签")
    if this.items:
        said.append(f"差评较多的事项是{_counted(this.items)}")
    note = "一件差评可以选择几个原因，各原因的件数相加可以多于差评件数。" if len(this.reasons) > 1 else ""
    return _closed(said) + note


def _row(unit: UnitRanked) -> dict[UnitBlank, str]:
    figures = figures_of(unit.figures)
    return {
        UnitBlank.PLACE: "—" if unit.place is None else str(unit.place),
        UnitBlank.NAME: unit.name,
        UnitBlank.SCORE: unit.score,
        UnitBlank.RATINGS: value_text(figures[FigureKind.N_EVAL]),
        UnitBlank.BAD: f"{figures[FigureKind.BAD_RATE].numerator:,}",
        UnitBlank.GOOD_RATE: _in_a_cell(figures[FigureKind.GOOD_RATE]),
        UnitBlank.REMEDIATION_RATE: _in_a_cell(figures[FigureKind.REMEDIATION_RATE]),
        UnitBlank.ON_TIME_RATE: _in_a_cell(figures[FigureKind.ON_TIME_RATE]),
    }


def _in_a_cell(figure: Figure) -> str:
    """A rate, and below it what was divided; a line for each, so that no cell breaks a number in two."""
    if not figure.denominator:
        return value_text(figure)
    return f"{value_text(figure)}\n{figure.numerator:,}/{figure.denominator:,}"


def _counted(names: Sequence[Named]) -> str:
    return "、".join(f"“{each.name}”（{each.count:,}件）" for each in names)


def _names(units: Sequence[UnitRanked]) -> str:
    named = "、".join(unit.name for unit in units[:_MOST_NAMED])
    return named if len(units) <= _MOST_NAMED else f"{named}等{len(units):,}个单位"


def _than(now: Figure, before: Figure | None) -> str:
    """Compared with the period before, written closely as an official document is."""
    return than(now, before).replace(" ", "")


def _closed(said: Sequence[str]) -> str:
    return f"{'；'.join(said)}。"


def _period(period: FigurePeriod) -> str:
    """2026年第三季度: an official document writes the quarter out."""
    quarter = "一二三四"[(period.first.month - 1) // 3]
    return f"{period.first.year}年第{quarter}季度" if period.months == 3 else period_text(period)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _moment(moment: datetime) -> str:
    """2026年10月8日8时30分."""
    local = in_shanghai(moment)
    return f"{day_text(moment)}{local.hour}时{local.minute:02}分"
