"""What an analysis says about its counts, in plain Chinese: a paragraph for each section, tables and charts.

Decides by rules which sentences stand where; the same counts give the same words. A percentage is cut off as it is
everywhere, a change between two periods is worked out from the exact values. What makes a problem worth watching is an
assumption, each with its constant.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from casework.figures import figure_text, value_text
from casework.periods import period_text
from casework.text import instant
from models.analysis import (
    Analysis,
    CaseNumbers,
    Chart,
    ChartKind,
    KeptAnalysis,
    MonthCounted,
    Report,
    ReportTable,
    Section,
    UnitCounted,
    figures_of,
)
from models.figures import Figure, FigureKind, Figures, Shape
from policy.figures import cut_off, is_met

TOLD = (
    FigureKind.N_EVAL,
    FigureKind.ACTIVE_RATE,
    FigureKind.GOOD_RATE,
    FigureKind.BAD_RATE,
    FigureKind.VOID_RATE,
    FigureKind.REPEAT_INDEX,
    FigureKind.SIGNOFF_ON_TIME,
    FigureKind.VERIFIED_RATE,
    FigureKind.CALLBACK_RATE,
    FigureKind.REMEDIATION_RATE,
    FigureKind.ON_TIME_RATE,
    FigureKind.EXTENSION_RATE,
    FigureKind.CALLBACK_SATISFACTION_RATE,
    FigureKind.REAL_NAME_CLOSED_LOOP_RATE,
    FigureKind.APPEAL_UPHELD_RATE,
    FigureKind.REMEDIATION_DAYS_MEAN,
)
"""The figures of the first table."""

RATES = (FigureKind.GOOD_RATE, FigureKind.REMEDIATION_RATE, FigureKind.ON_TIME_RATE)
"""The lines of the trend."""

RISING_MONTHS = 3
"""So many months in a row with more bad reviews than the one before are a trend. An assumption."""

CONCENTRATED = Fraction(1, 3)
"""A reason that so large a share of the bad reviews names is concentrated. An assumption."""

VOIDED = Fraction(1, 5)
"""So many bad reviews not adopted deserve a look, since they lift every other figure. An assumption."""

_FEWEST = 3
"""Fewer bad reviews say nothing about a share."""


def report_of(made: KeptAnalysis) -> Report:
    """The report of an analysis."""
    this = made.analysis
    return Report(
        head=f"{this.place_name}好差评工作分析",
        number=f"差评分析{made.number}",
        title=f"{this.place_name}{period_text(this.period)}政务服务“好差评”分析报告",
        lead=(
            f"本报告按 {instant(this.as_of)} 所知统计，“上期”指{period_text(this.period.before)}。各项数字与系统中"
            "“指标”页同一时点的相同，分子、分母列在括号内；百分比一律截断，不四舍五入，没有可统计的记“—”。"
        ),
        sections=(
            _overall(this),
            _trend(this),
            _concentrated(this),
            _units(this),
            _put_right(this),
            _watch(this),
            _cases(this),
        ),
        end="本报告由系统按登记的数据编制，不含评价人和工作人员的个人信息。",
    )


def change_text(now: Figure | None, before: Figure | None) -> str:
    """How a figure changed: 上升 5.2 个百分点, 减少 3, 持平; — where one of the two has no value."""
    if now is None or before is None or now.value is None or before.value is None:
        return "—"
    change = now.value - before.value
    if not change:
        return "持平"
    match now.kind.shape:
        case Shape.RATE:
            return f"{'上升' if change > 0 else '下降'} {_size(change * 100)} 个百分点"
        case Shape.COUNT:
            return f"{'增加' if change > 0 else '减少'} {abs(change.numerator):,}"
        case Shape.DAYS:
            return f"{'增加' if change > 0 else '减少'} {_size(change)} 个工作日"


def _size(change: Fraction) -> str:
    size = abs(change)
    return "不足 0.1" if size < Fraction(1, 10) else cut_off(size, 1)


def _overall(this: Analysis) -> Section:
    now, before = figures_of(this.figures), figures_of(this.before)
    total, bad, good = now[FigureKind.N_EVAL], now[FigureKind.BAD_RATE], now[FigureKind.GOOD_RATE]
    said = [f"本期共收到有效评价 {total.numerator:,} 件"]
    said[0] += than(total, before.get(FigureKind.N_EVAL))
    if total.numerator:
        said.append(f"好评率 {value_text(good)}{than(good, before.get(FigureKind.GOOD_RATE))}")
        said.append(f"差评 {bad.numerator:,} 件，差评率 {value_text(bad)}{than(bad, before.get(FigureKind.BAD_RATE))}")
    voided = now[FigureKind.VOID_RATE]
    if voided.numerator:
        said.append(f"另有 {voided.numerator:,} 件差评经核实或申诉不予采纳，不计入以上各数")
    targets = _targets(this, now)
    rows = tuple(
        (
            kind.label,
            figure_text(now[kind]),
            figure_text(before[kind]) if kind in before else "—",
            change_text(now[kind], before.get(kind)),
            f"{this.targets[kind.value]}%" if kind.value in this.targets else "",
        )
        for kind in TOLD
        if kind in now
    )
    table = ReportTable(
        caption="主要指标", head=("指标", "本期", "上期", "变化", "目标"), widths=(72, 77, 77, 62, 24), rows=rows
    )
    return Section(heading="一、总体情况", paragraphs=(f"{'；'.join(said)}。", *targets), tables=(table,))


def than(now: Figure, before: Figure | None) -> str:
    """Compared with the period before; nothing where there is nothing to compare with."""
    change = change_text(now, before)
    if change == "—":
        return ""
    return "，与上期持平" if change == "持平" else f"，比上期{change}"


def _targets(this: Analysis, now: Figures) -> Iterator[str]:
    compared = [(figure, this.targets[kind.value]) for kind, figure in now.items() if kind.value in this.targets]
    missed = [
        f"{figure.kind.label} {figure_text(figure)}，目标 {target}%"
        for figure, target in compared
        if is_met(figure, target) is False
    ]
    met = [figure.kind.label for figure, target in compared if is_met(figure, target)]
    if missed:
        yield f"未达到目标的：{'；'.join(missed)}。"
    if met:
        yield f"达到目标的：{'、'.join(met)}。"


def _trend(this: Analysis) -> Section:
    labels = tuple(f"{each.month.year}年{each.month.month}月" for each in this.months)
    months = [figures_of(each.figures) for each in this.months]
    bad = [each[FigureKind.BAD_RATE].numerator for each in months]
    rows = tuple(
        (
            label,
            figure_text(each[FigureKind.N_EVAL]),
            f"{each[FigureKind.BAD_RATE].numerator:,}",
            *(value_text(each[kind]) for kind in RATES),
        )
        for label, each in zip(labels, months, strict=True)
    )
    short = tuple(f"{each.month.month}月" for each in this.months)
    lines = {kind.label: tuple(_percent(each[kind]) for each in months) for kind in RATES}
    most = max(bad)
    peak = "、".join(label for label, count in zip(labels, bad, strict=True) if count == most)
    said = f"{labels[0]}至{labels[-1]}共有差评 {sum(bad):,} 件"
    said += f"，最多的是{peak}（{most:,} 件）。" if most else "。"
    return Section(
        heading="二、变化趋势",
        paragraphs=(said,),
        charts=(
            Chart(
                kind=ChartKind.BARS,
                title="各月差评件数",
                labels=short,
                lines={"差评件数": tuple(float(count) for count in bad)},
                is_percent=False,
            ),
            Chart(kind=ChartKind.LINES, title="各月主要比率", labels=short, lines=lines, is_percent=True),
        ),
        tables=(
            ReportTable(
                caption="各月情况",
                head=("月份", "评价总量", "差评件数", *(kind.label for kind in RATES)),
                widths=(22, 16, 16, 16, 16, 18),
                rows=rows,
            ),
        ),
    )


def _percent(figure: Figure) -> float | None:
    """A percentage to be drawn, cut off as it is written."""
    return None if figure.value is None else int(figure.value * 1000) / 10


def _concentrated(this: Analysis) -> Section:
    bad = figures_of(this.figures)[FigureKind.BAD_RATE].numerator
    if not bad:
        return Section(heading="三、集中反映的问题", paragraphs=("本期没有计入的差评。",))
    said = []
    if this.reasons:
        first = this.reasons[0]
        said.append(f"差评反映最多的原因是“{first.name}”，有 {first.count:,} 件差评提到")
    else:
        said.append("本期的差评都没有选择原因标签")
    if this.items:
        said.append(f"差评最多的事项是“{this.items[0].name}”，{this.items[0].count:,} 件")
    note = "一件差评可以选择几个原因，各原因的件数相加可以多于差评件数。" if this.reasons else ""
    return Section(
        heading="三、集中反映的问题",
        paragraphs=(f"{'；'.join(said)}。{note}",),
        tables=tuple(
            ReportTable(
                caption=caption,
                head=(first, "差评件数", "占差评"),
                widths=(70, 18, 18),
                rows=tuple((each.name, f"{each.count:,}", _share(each.count, bad)) for each in names),
            )
            for caption, first, names in (
                ("反映较多的原因", "原因", this.reasons),
                ("差评较多的事项", "事项", this.items),
            )
            if names
        ),
    )


def _share(count: int, whole: int) -> str:
    return value_text(Figure(FigureKind.BAD_RATE, count, whole))


def _units(this: Analysis) -> Section:
    named = [unit.name for unit in this.units if unit.is_bottom]
    said = [
        f"本期有记录的单位 {sum(unit.place is not None for unit in this.units)} 个，按好评率排列。{this.bottom_rule}"
    ]
    if named:
        said.append(f"末位名单：{'、'.join(named)}。请按规定安排约谈并限期整改。")
    rows = tuple(_unit_row(unit) for unit in this.units)
    table = ReportTable(
        caption="各单位情况",
        head=("名次", "单位", "评价总量", "差评件数", "好评率", "按期整改率", "末位"),
        widths=(10, 34, 14, 14, 14, 16, 10),
        words=(1,),
        rows=rows,
    )
    return Section(heading="四、各单位情况", paragraphs=tuple(said), tables=(table,) if rows else ())


def _unit_row(unit: UnitCounted) -> tuple[str, ...]:
    figures = figures_of(unit.figures)
    return (
        "—" if unit.place is None else str(unit.place),
        unit.name,
        figure_text(figures[FigureKind.N_EVAL]),
        f"{figures[FigureKind.BAD_RATE].numerator:,}",
        value_text(figures[FigureKind.GOOD_RATE]),
        value_text(figures[FigureKind.ON_TIME_RATE]),
        "末位" if unit.is_bottom else "",
    )


def _put_right(this: Analysis) -> Section:
    now = figures_of(this.figures)
    done, on_time = now[FigureKind.REMEDIATION_RATE], now[FigureKind.ON_TIME_RATE]
    if not done.denominator:
        return Section(heading="五、整改情况", paragraphs=("本期没有整改期限届满的属实差评。",))
    said = [
        f"整改期限在本期届满的属实差评 {done.denominator:,} 件次，已整改 {done.numerator:,} 件次"
        f"（差评整改率 {value_text(done)}），其中按期整改 {on_time.numerator:,} 件次"
        f"（按期整改率 {value_text(on_time)}）"
    ]
    if days := now[FigureKind.REMEDIATION_DAYS_MEAN].denominator:
        said.append(f"首次整改的 {days:,} 件平均用时 {value_text(now[FigureKind.REMEDIATION_DAYS_MEAN])}")
    if (answers := now[FigureKind.CALLBACK_SATISFACTION_RATE]).denominator:
        said.append(f"整改后回访有答复的 {answers.denominator:,} 件次，满意 {answers.numerator:,} 件次")
    if (appeals := now[FigureKind.APPEAL_UPHELD_RATE]).denominator:
        said.append(f"作出申诉决定 {appeals.denominator:,} 件，成立 {appeals.numerator:,} 件")
    overdue = (
        f"逾期仍未整改的案件 {this.unfinished.total:,} 件，逾期以后才整改的 {this.late.total:,} 件，编号见第七部分。"
        if this.unfinished.total or this.late.total
        else "没有逾期整改的案件。"
    )
    return Section(heading="五、整改情况", paragraphs=(f"{'；'.join(said)}。", overdue))


def _watch(this: Analysis) -> Section:
    found = tuple(_warnings(this))
    numbered = tuple(f"{number}．{each}" for number, each in enumerate(found, start=1))
    return Section(heading="六、需要关注的问题", paragraphs=numbered or ("本期没有达到提示条件的问题。",))


def _warnings(this: Analysis) -> Iterator[str]:
    """Budding, typical and concentrated problems (GH-14)."""
    now = figures_of(this.figures)
    bad, voided = now[FigureKind.BAD_RATE].numerator, now[FigureKind.VOID_RATE]
    if rising := _rising(this.months):
        yield f"差评件数连续 {RISING_MONTHS} 个月上升：{rising}。"
    for each in this.items:
        if each.count >= this.repeat_count:
            yield f"事项“{each.name}”本期差评 {each.count:,} 件，达到重复差评的次数（{this.repeat_count} 件）。"
    for reason in this.reasons:
        if bad >= _FEWEST and reason.count >= _FEWEST and Fraction(reason.count, bad) >= CONCENTRATED:
            share = _share(reason.count, bad)
            yield f"原因“{reason.name}”集中：{bad:,} 件差评中有 {reason.count:,} 件提到（{share}）。"
    if this.unfinished.total:
        yield f"有 {this.unfinished.total:,} 件逾期仍未整改，请逐件督办。"
    if voided.numerator >= _FEWEST and voided.value is not None and voided.value >= VOIDED:
        yield f"不予采纳的差评占 {figure_text(voided)}，比例偏高，其他各率会随之变好看，请抽查不予采纳的依据。"


def _rising(months: Sequence[MonthCounted]) -> str:
    """The last months where each has more bad reviews than the one before; empty otherwise."""
    bad = [(each.month, figures_of(each.figures)[FigureKind.BAD_RATE].numerator) for each in months]
    last = bad[-RISING_MONTHS - 1 :]
    pairs = pairwise(last)
    if len(last) <= RISING_MONTHS or not all(earlier < later for (_, earlier), (_, later) in pairs):
        return ""
    return "，".join(f"{month.month}月 {count:,} 件" for month, count in last)


def _cases(this: Analysis) -> Section:
    told = (
        ("逾期仍未整改的案件", this.unfinished),
        ("逾期以后才整改的案件", this.late),
        ("本期差评立案的案件", this.bad),
    )
    tables = tuple(_numbers(name, cases) for name, cases in told if cases.total)
    said = "编号可以在系统中打开案件，查看全部经过。" if tables else "本期没有相关案件。"
    return Section(heading="七、相关案件编号", paragraphs=(said,), tables=tables)


def _numbers(name: str, cases: CaseNumbers) -> ReportTable:
    rest = cases.total - len(cases.shown)
    more = f"，列出前 {len(cases.shown):,} 件，其余见系统“指标”页的明细" if rest else ""
    padded = [*cases.shown, *[""] * (-len(cases.shown) % _COLUMNS)]
    return ReportTable(
        caption=f"{name}（{cases.total:,} 件{more}）",
        head=("案件编号",) * _COLUMNS,
        widths=(1,) * _COLUMNS,
        words=tuple(range(_COLUMNS)),
        rows=tuple(tuple(padded[n : n + _COLUMNS]) for n in range(0, len(padded), _COLUMNS)),
    )


_COLUMNS = 3
"""Case numbers beside each other."""
