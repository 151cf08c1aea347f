"""A report as one HTML file that needs nothing else: style, script and charts are in it."""

import json
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from typing import Final

from patronage.lab.report.charts import DOT
from patronage.lab.report.document import Chart, Document, Figure, Section, Table, written
from patronage.lab.report.language import Language

POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
)
"""The browser is told to load nothing from anywhere."""

_ROWS_OPEN = 30
"""Longer tables are folded on the screen; printed they are whole."""

_LONG = 40
"""Longer names of rows are broken into lines."""


def page(document: Document, echarts: str) -> str:
    """Write a report as HTML; `echarts` is the text of the library that draws its charts."""
    say = document.language.say
    charts = [p for s in document.sections for p in s.parts if isinstance(p, Chart)]
    # In a script element "</" would end it, wherever it stands.
    options = json.dumps([chart.drawing.option for chart in charts], ensure_ascii=False)
    numbers = {id(chart): number for number, chart in enumerate(charts)}
    contents = "".join(
        f'<li><a href="#{section.name}">{escape(section.title)}</a></li>'
        for section in document.sections
    )
    body = "".join(_section(section, document, numbers) for section in document.sections)
    return "".join(
        (
            head(document.language, document.title, "report.css"),
            "<body><header>",
            f"<h1>{escape(document.title)}</h1>",
            *(f"<p>{escape(text)}</p>" for text in document.lead),
            f'<nav aria-label="{escape(say("Contents", "目录"))}"><ul>{contents}</ul></nav>',
            "</header>",
            f"<main>{body}</main>",
            f"<footer><p>{escape(document.foot)}</p></footer>",
            f'<script type="application/json" id="charts">{_inert(options)}</script>',
            f"<script>{_inert(echarts)}</script>",
            f"<script>{_resource('report.js')}</script>",
            "</body></html>\n",
        )
    )


def head(language: Language, title: str, style: str, policy: str = POLICY) -> str:
    """Write a file's beginning, up to its body."""
    return (
        f'<!doctype html>\n<html lang="{language.value}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_resource(style)}</style></head>"
    )


def _resource(name: str) -> str:
    return files("patronage.lab.report").joinpath(name).read_text("utf-8")


def _inert(script: str) -> str:
    return script.replace("</", "<\\/")


def _section(section: Section, document: Document, numbers: dict[int, int]) -> str:
    parts = []
    for part in section.parts:
        if isinstance(part, str):
            parts.append(f"<p>{escape(part)}</p>")
        elif isinstance(part, Chart):
            parts.append(_chart(part, numbers[id(part)]))
        elif isinstance(part, Table):
            parts.append(table(part, document) if part.is_shown else "")
        else:
            parts.append(figures(part))
    title = escape(section.title)
    return f'<section id="{section.name}"><h2>{title}</h2>{"".join(parts)}</section>'


def figures(shown: Sequence[Figure]) -> str:
    """Write numbers to be seen first."""
    return (
        '<dl class="figures">'
        + "".join(
            f"<div><dt>{escape(one.label)}</dt><dd>{escape(one.value)}"
            + (f"<small>{escape(one.note)}</small>" if one.note else "")
            + "</dd></div>"
            for one in shown
        )
        + "</dl>"
    )


def _chart(chart: Chart, number: int) -> str:
    legend = "".join(
        f'<li><svg width="14" height="10" aria-hidden="true">{_sign(colour)}</svg>'
        f"{escape(name)}</li>"
        for name, colour in chart.drawing.legend
    )
    label = escape(f"{chart.title} ({chart.unit})")
    return (
        f"<figure><figcaption><strong>{escape(chart.title)}</strong> "
        f"<span>{escape(chart.unit)}</span>"
        + (f"<ul>{legend}</ul>" if legend else "")
        + "</figcaption>"
        + f'<div class="chart" data-chart="{number}" data-height="{chart.height}" role="img" '
        + f'aria-label="{label}"></div>'
        + (f"<p>{escape(chart.note)}</p>" if chart.note else "")
        + "</figure>"
    )


def _sign(colour: str) -> str:
    if colour == DOT:
        return f'<circle cx="7" cy="5" r="4" fill="{colour}" stroke="#221e1d" stroke-width="2"/>'
    return f'<rect width="14" height="10" rx="2" fill="{colour}"/>'


def table(shown: Table, document: Document) -> str:
    """Write a table, folded on the screen if it is long."""
    header = "".join(
        f'<th scope="col"{_side(column.kind)}>{escape(column.heading)}</th>'
        for column in shown.columns
    )
    rows = []
    for row in shown.rows:
        cells = [
            f"<td{_side(column.kind)}>{escape(written(value, column.kind, document.exponent))}</td>"
            for column, value in zip(shown.columns, row, strict=True)
        ]
        long = ' class="long"' if len(str(row[0])) > _LONG else ""
        cells[0] = cells[0].replace("<td", f'<th scope="row"{long}').replace("</td>", "</th>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    ending = ""
    if shown.has_total:
        ending = f"<tfoot>{rows.pop()}</tfoot>"
    title = escape(shown.title)
    grid = (
        f'<div class="table"><table aria-label="{title}"><thead><tr>{header}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody>{ending}</table></div>"
    )
    if len(shown.rows) > _ROWS_OPEN:
        rows_word = document.language.say("rows", "行")
        return (
            f"<details><summary>{title} · {len(shown.rows)} {rows_word}</summary>{grid}</details>"
        )
    return (f"<h3>{title}</h3>" if title else "") + grid


def _side(kind: str) -> str:
    return "" if kind == "text" else ' class="n"'
