"""Options of ECharts for the few forms of chart that a report has.

Values are numbers as they stand on the axis (money in major units, shares in per cent). Title, unit
and legend are the page's, where they wrap: in a chart they would overlap on a phone.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

Value = float | int | None

COLOURS: Final = ("#8e1f3f", "#2f6690", "#c98a1b", "#4f7f5a", "#7d5ba6", "#6b6461")
DOT: Final = "#ffffff"
"""The colour of the dots that stand for the one in the middle."""
_INK, _QUIET, _LINE = "#221e1d", "#5f5855", "#e4dfdd"
_PALE, _PALE_BOX, _BOX = "#e3c7cf", "#bccfdd", "#2f6690"
_STEPS = ("#e4dfdd", "#bccfdd", "#7ba3c4", "#2f6690", "#8e1f3f")
_POINTS_MAX = 600
_MANY = 24
_TEXT = {"color": _QUIET, "fontSize": 12}


class Drawing(NamedTuple):
    """ECharts' options, and the legend: names with their colours, none for a single series."""

    option: dict[str, Any]
    legend: Sequence[tuple[str, str]]


def rounded(value: float | None, places: int = 4) -> Value:
    """Round for a chart, so that files stay small; None stays None."""
    return None if value is None else round(value, places)


def thinned(rows: Sequence[Any]) -> list[Any]:
    """Return at most some hundred rows, evenly, the last one always."""
    step = -(-len(rows) // _POINTS_MAX)
    return [row for number, row in enumerate(rows) if (len(rows) - 1 - number) % step == 0]


def lines(days: Sequence[str], series: Mapping[str, Sequence[Value]]) -> Drawing:
    """Draw one value or several over days (YYYY-MM-DD)."""
    option = {
        **_FRAME,
        "xAxis": _TIME,
        "yAxis": _VALUES,
        "series": [
            {
                "name": name,
                "type": "line",
                "showSymbol": False,
                "lineStyle": {"width": 2},
                **({"areaStyle": {"opacity": 0.12}} if len(series) == 1 else {}),
                "data": _dated(days, values),
            }
            for name, values in series.items()
        ],
    }
    return Drawing(option, _legend(series))


def band(
    days: Sequence[str],
    values: tuple[Sequence[float], Sequence[float], Sequence[float]],
    names: tuple[str, str],
) -> Drawing:
    """Draw the lowest, middle and highest value over days; the names are the middle's, the band's.

    The band stands on the lowest value in the stack, so that it is drawn as a difference.
    """
    low, middle, high = values
    heights = [round(top - bottom, 6) for bottom, top in zip(low, high, strict=True)]
    still = {"type": "line", "stack": "band", "showSymbol": False, "silent": True,
             "lineStyle": {"opacity": 0}, "tooltip": {"show": False}}  # fmt: skip
    drawing = lines(days, {names[0]: middle})
    line = {**drawing.option["series"][0], "areaStyle": {"opacity": 0}}
    drawing.option["series"] = [
        {**still, "name": "low", "data": _dated(days, low)},
        {**still, "name": names[1], "areaStyle": {"color": _PALE}, "data": _dated(days, heights)},
        {**line, "itemStyle": {"color": COLOURS[0]}},
    ]
    return Drawing(drawing.option, [(names[0], COLOURS[0]), (names[1], _PALE)])


def stacked(
    names: Sequence[str], series: Mapping[str, Sequence[Value]], colours: Sequence[str] = COLOURS
) -> Drawing:
    """Draw upright bars of parts; a part keeps its colour where others are 0 throughout."""
    shown = [
        (name, values, colour)
        for (name, values), colour in zip(series.items(), colours, strict=False)
        if any(values)
    ]
    option = {
        **_FRAME,
        "xAxis": {**_NAMES, "data": list(names)},
        "yAxis": _VALUES,
        "series": [
            {**_BAR, "name": name, "stack": "all", "color": colour, "data": list(values)}
            for name, values, colour in shown
        ],
    }
    return Drawing(option, [(name, colour) for name, _, colour in shown])


def steps(names: Sequence[str], series: Mapping[str, Sequence[Value]]) -> Drawing:
    """Draw parts of 100 that follow one another, from little to much."""
    drawing = stacked(names, series, _STEPS)
    drawing.option["yAxis"] = {**_VALUES, "max": 100}
    return drawing


def lying(names: Sequence[str], series: Mapping[str, Sequence[Value]]) -> Drawing:
    """Draw bars that lie side by side, the first name on top."""
    labels = {**_TEXT, "color": _INK, "width": 150, "overflow": "break"}
    option = {
        **_FRAME,
        "xAxis": _VALUES,
        "yAxis": {**_NAMES, "data": list(names), "inverse": True, "axisLabel": labels},
        "series": [
            {**_BAR, "name": name, "barMaxWidth": 18, "data": list(values)}
            for name, values in series.items()
        ],
    }
    return Drawing(option, _legend(series))


def ranges(
    names: Sequence[str],
    spreads: Sequence[Sequence[Value]],
    words: tuple[str, str, str],
    level: float | None = None,
) -> Drawing:
    """Draw for each name where 10, 25, 50, 75 and 90 % lie: two boxes in one another and a dot.

    `words` name the outer box, the inner one and the dot; `level` is one to compare with. A box
    stands on the one below it in the stack, so that they are drawn as differences.
    """
    steps: list[list[Value]] = [[], [], [], []]
    for spread in spreads:
        below: float = 0
        for step, value in zip(steps, (*spread[:2], *spread[3:]), strict=True):
            step.append(None if value is None else round(value - below, 4))
            below = below if value is None else value
    bar = {**_BAR, "stack": "box", "barMaxWidth": 26, "silent": True}
    outer, inner, dot = words
    middle: dict[str, Any] = {
        "name": dot,
        "type": "scatter",
        "symbolSize": 9 if len(names) <= _MANY else 5,
        "itemStyle": {"color": DOT, "borderColor": _INK, "borderWidth": 1.5},
        "data": [spread[2] for spread in spreads],
    }
    if level is not None:
        middle["markLine"] = {
            "silent": True,
            "symbol": "none",
            "label": {"show": False},
            "lineStyle": {"color": COLOURS[0], "type": "dashed", "width": 1.5},
            "data": [{"yAxis": level}],
        }
    option = {
        **_FRAME,
        "tooltip": {"show": False},
        "xAxis": {**_NAMES, "data": list(names)},
        "yAxis": _VALUES,
        "series": [
            {**bar, "name": "below", "itemStyle": {"opacity": 0}, "data": steps[0]},
            {**bar, "name": outer, "itemStyle": {"color": _PALE_BOX}, "data": steps[1]},
            {**bar, "name": inner, "itemStyle": {"color": _BOX}, "data": steps[2]},
            {**bar, "name": outer, "itemStyle": {"color": _PALE_BOX}, "data": steps[3]},
            middle,
        ],
    }
    return Drawing(option, [(outer, _PALE_BOX), (inner, _BOX), (dot, DOT)])


def _dated(days: Sequence[str], values: Sequence[Value]) -> list[list[Any]]:
    return [[day, value] for day, value in zip(days, values, strict=True)]


def _legend(series: Mapping[str, Any]) -> list[tuple[str, str]]:
    return list(zip(series, COLOURS, strict=False)) if len(series) > 1 else []


_FRAME: Final[dict[str, Any]] = {
    "color": list(COLOURS),
    "animation": False,
    "textStyle": {"color": _INK},
    "grid": {"left": 4, "right": 16, "top": 12, "bottom": 4, "containLabel": True},
    "tooltip": {"trigger": "axis", "confine": True, "axisPointer": {"type": "line"}},
}
_BAR: Final = {"type": "bar", "barMaxWidth": 36}
_TIME: Final = {
    "type": "time",
    "axisLabel": {**_TEXT, "formatter": "{yyyy}-{MM}", "hideOverlap": True},
    "axisLine": {"lineStyle": {"color": _QUIET}},
    "splitLine": {"show": False},
}
_NAMES: Final = {
    "type": "category",
    "axisLabel": {**_TEXT, "hideOverlap": True},
    "axisTick": {"show": False},
    "axisLine": {"lineStyle": {"color": _QUIET}},
}
_VALUES: Final = {
    "type": "value",
    "axisLabel": {**_TEXT, "hideOverlap": True},
    "splitLine": {"lineStyle": {"color": _LINE}},
}
