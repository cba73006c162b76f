"""Charts as SVG, drawn on the server by pygal: calm colours, Chinese type, no script in them.

Decides how a chart looks. Every number in one stands in a table beside it, too.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pygal
from pygal.style import Style

# pygal looks for plug-ins of maps, which nobody here draws, through a hook of the old form: with it every import of the
# program that finds nothing at once gives a warning.
sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, pygal.PluginImportFixer)]

_FONT = '"Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif'
_COLOURS = ("#1f5f8b", "#2f8f6b", "#b7791f", "#7a5195", "#a4262c", "#4b6a88", "#6b8e23", "#8c564b")
_WIDTH, _HEIGHT = 720, 320
_CHARACTER = 7
"""Pixels that a Chinese character takes more than pygal reckons with."""

_STYLE = Style(
    background="#ffffff",
    plot_background="#ffffff",
    foreground="#1d2733",
    foreground_strong="#1d2733",
    foreground_subtle="#56657a",
    guide_stroke_color="#d8dfe7",
    major_guide_stroke_color="#d8dfe7",
    colors=_COLOURS,
    font_family=_FONT,
    label_font_family=_FONT,
    major_label_font_family=_FONT,
    value_font_family=_FONT,
    value_label_font_family=_FONT,
    legend_font_family=_FONT,
    title_font_family=_FONT,
    no_data_font_family=_FONT,
    tooltip_font_family=_FONT,
    label_font_size=14,
    major_label_font_size=14,
    value_font_size=14,
    legend_font_size=14,
    no_data_font_size=20,
)


def bars(values: Mapping[str, int], name: str) -> bytes:
    """Upright bars with their numbers on top."""
    chart = pygal.Bar(
        **_options(), show_legend=False, print_values=True, print_values_position="top", include_x_axis=True
    )
    chart.x_labels = list(values)
    chart.add(name, list(values.values()))
    return _drawn(chart)


def level_bars(values: Mapping[str, int], name: str) -> bytes:
    """Lying bars, for longer names; the first on top."""
    room = max((len(label) for label in values), default=0) * _CHARACTER
    options = _options() | {"margin_left": 12 + room}
    chart = pygal.HorizontalBar(**options, show_legend=False, print_values=True, include_x_axis=True)
    chart.x_labels = list(values)[::-1]
    chart.add(name, list(values.values())[::-1])
    return _drawn(chart)


def rates(labels: Sequence[str], lines: Mapping[str, Sequence[float | None]]) -> bytes:
    """Lines of percentages over the same labels; where there is no number, the line has a gap."""
    options = _options() | {"margin_right": 48, "margin_bottom": 28}
    chart = pygal.Line(**options, legend_at_bottom=True, legend_at_bottom_columns=3, range=(0, 100), dots_size=4)
    chart.value_formatter = _percent
    chart.x_labels = list(labels)
    for name, values in lines.items():
        chart.add(name, list(values), allow_interruptions=True)
    return _drawn(chart)


def share_bars(values: Mapping[str, tuple[float, str]], name: str) -> bytes:
    """Lying bars of percentages, the first on top; beside each stands its share as it reads in the table."""
    room = max((len(label) for label in values), default=0) * _CHARACTER
    options = _options() | {"margin_left": 12 + room, "margin_right": 48, "value_formatter": _percent}
    chart = pygal.HorizontalBar(**options, show_legend=False, print_values=True, include_x_axis=True, range=(0, 100))
    chart.x_labels = list(values)[::-1]
    bars = [{"value": share, "formatter": _saying(said)} for share, said in values.values()]
    chart.add(name, bars[::-1])
    return _drawn(chart)


def _saying(said: str) -> Callable[[float], str]:
    return lambda _: said


def _options() -> dict[str, Any]:
    return {
        "style": _STYLE,
        "width": _WIDTH,
        "height": _HEIGHT,
        "explicit_size": True,
        "js": [],
        "margin": 12,
        "no_data_text": "没有数据",
        "truncate_label": -1,
        "truncate_legend": -1,
        "min_scale": 3,
        "value_formatter": _whole,
        "show_y_guides": True,
    }


def _drawn(chart: Any) -> bytes:
    chart.add_xml_filter(_without_scripts)
    drawn: bytes = chart.render()
    return drawn


def _without_scripts(root: Any) -> Any:
    for parent in root.iter():
        for child in [each for each in parent if isinstance(each.tag, str) and each.tag.endswith("script")]:
            parent.remove(child)
    return root


def _whole(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else ""


def _percent(value: float) -> str:
    return f"{value:.0f}%"
