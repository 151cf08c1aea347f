import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from pyarrow import parquet

from patronage.lab.report import (
    Language,
    Neighbour,
    ParquetMissingError,
    compose,
    page,
    sheet,
    write_csv,
    write_parquet,
)
from patronage.lab.report import charts as charts_
from patronage.lab.report.document import Chart, Document, Table, written
from tests.unit.lab.studies import material, recorded

NAMES = ["redwine", "mall"]
LIBRARY = "/* the library */"


def document(language: Language = Language.ENGLISH, name: str = "redwine") -> Document:
    return compose(material(name), language)


def charts(document: Document) -> list[Chart]:
    return [p for s in document.sections for p in s.parts if isinstance(p, Chart)]


def table(document: Document, name: str) -> Table:
    return next(one for one in document.tables() if one.name == name)


def words_of(html: str) -> str:
    html = re.sub(r"<(style|script).*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"<[^>]*>", " ", html)


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_have_the_same_sections_charts_and_figures(name):
    english, chinese = (document(language, name) for language in Language)
    assert [one.name for one in english.sections] == [one.name for one in chinese.sections]
    assert {"summary", "history", "uses", "cohorts", "times", "operator", "concentration", "stop",
            "sensitivity", "rules"} == {one.name for one in english.sections}  # fmt: skip
    for one, other in zip(english.tables(), chinese.tables(), strict=True):
        assert [c.name for c in one.columns] == [c.name for c in other.columns]
        figures = [c.kind != "text" for c in one.columns]
        for row, other_row in zip(one.rows, other.rows, strict=True):
            for value, other_value, is_figure in zip(row, other_row, figures, strict=True):
                assert value == other_value or not is_figure
    assert len(charts(english)) == len(charts(chinese)) > 8


@pytest.mark.parametrize("name", NAMES)
def test_chinese_pages_say_nothing_in_english(name):
    for html in (
        page(document(Language.CHINESE, name), LIBRARY),
        sheet(material(name), Language.CHINESE),
    ):
        assert '<html lang="zh-Hans">' in html
        text = words_of(html).replace(material(name).charter.name, "")
        assert set(re.findall(r"[A-Za-z]{2,}", text)) <= {"CNY"}


def test_every_chart_has_a_title_a_unit_and_names_for_its_series():
    for language in Language:
        for chart in charts(document(language)):
            assert chart.title
            assert chart.unit
            series = chart.drawing.option["series"]
            assert series
            shown = {one["name"] for one in series if one["name"] not in ("", "below", "low")}
            assert shown == {name for name, _ in chart.drawing.legend}


def test_a_page_needs_nothing_but_itself():
    html = page(document(), LIBRARY)
    assert "default-src 'none'" in html
    assert LIBRARY in html
    assert not re.search(r"https?:|src=|href=\"[^#]|url\(|@import", html)
    options = json.loads(re.search(r'id="charts">(.*?)</script>', html, re.DOTALL)[1])
    assert len(options) == len(charts(document())) == html.count('class="chart"')


def test_names_from_outside_are_text_and_nothing_else():
    nasty = "</script><script>alert(1)</script><b>"
    one = material()
    named = replace(one, title=nasty, charter=replace(one.charter, name=nasty))
    for html in (page(compose(named, Language.ENGLISH), LIBRARY), sheet(named, Language.ENGLISH)):
        assert "alert(1)" in html
        assert "<script>alert" not in html
        assert "<b>" not in html


def test_the_library_cannot_end_its_element():
    assert "'<\\/b>'" in page(document(), "'</b>'")


def test_cohorts_add_up_in_the_table_that_is_shown():
    rows = table(document(), "cohorts").rows
    for column in range(1, 10):
        assert rows[-1][column] == sum(row[column] for row in rows[:-1])
    assert rows[-1][2] == recorded("redwine")[1].spent


def test_what_was_reached_stands_as_parts_of_100():
    chart = next(one for one in charts(document()) if one.title == "How far members ever came")
    columns = zip(*(one["data"] for one in chart.drawing.option["series"]), strict=True)
    assert all(abs(sum(column) - 100) < 0.05 for column in columns)


def test_a_range_is_drawn_from_where_it_begins():
    drawing = charts_.ranges(
        ["a", "b"], [(1, 2, 3, 5, 8), (4, 6, None, None, None)], ("o", "i", "m")
    )
    data = [one["data"] for one in drawing.option["series"]]
    assert data == [[1, 4], [1, 2], [3, None], [3, None], [3, None]]


def test_long_series_are_thinned_and_keep_their_end():
    rows = list(range(5000))
    assert len(charts_.thinned(rows)) <= 600
    assert charts_.thinned(rows)[-1] == 4999
    assert charts_.thinned(rows[:3]) == rows[:3]


def test_figures_are_written_as_people_read_them():
    assert written(-123456, "money", 2) == "−1,234.56"
    assert written(-1, "whole", 2) == "0"
    assert written(None, "share", 2) == "–"
    assert written(0.1234, "share", 2) == "12.3\N{NO-BREAK SPACE}%"
    assert written(0.1234, "of_100", 2) == "12.34"
    assert written(1_500_000_000, "points", 2) == "1.50"
    assert written(123.456, "price", 2) == "1.2346"
    assert written(3, "days", 2) == "3"


def test_a_charter_that_is_refused_is_said_to_be():
    one = replace(material(), neighbours=[Neighbour("grant.rate", "1.08", True, None)] * 2)
    row = table(compose(one, Language.ENGLISH), "sensitivity").rows[1]
    assert row[:3] == ("grant rate", "1.08: refused", None)


def test_without_profit_no_margin_is_told():
    one = replace(material(), knows_profit=False)
    html = page(compose(one, Language.ENGLISH), LIBRARY)
    assert "The profit is not known" in html
    assert "Left to the operator" not in html
    assert "not known" in sheet(one, Language.ENGLISH)


def test_runs_that_differ_in_their_chances_are_shown_as_a_band():
    run = recorded("redwine")[1]
    dearer = [one._replace(price=one.price * 2) for one in run.periods]
    other = replace(run, seed=1, periods=tuple(dearer))
    one = replace(material(), is_past=False, runs=[run, other], uses={}, base=None, neighbours=[])
    found = compose(one, Language.ENGLISH)
    assert one.run == run
    assert [s.name for s in found.sections if s.name in ("runs", "uses", "sensitivity")] == ["runs"]
    band = charts(found)[0].drawing.option["series"]
    low, height = band[0]["data"][-1][1], band[1]["data"][-1][1]
    assert height == pytest.approx(low, abs=0.001)
    assert len(table(found, "periods").rows) == 2 * len(run.periods)
    assert table(found, "settings").rows[0][1] == 2
    assert "assumed" in found.lead[0]


def test_a_grids_settings_stand_side_by_side():
    run = recorded("redwine")[1]
    settings = [replace(run, settings=(("charter.reserve.rate", rate),)) for rate in ("0.2", "0.3")]
    one = replace(material(), runs=[settings[0]], grid=[[settings[0]], [settings[1]]])
    shown = table(compose(one, Language.CHINESE), "settings").rows
    assert [row[0] for row in shown] == ["charter.reserve.rate = 0.2", "charter.reserve.rate = 0.3"]


def test_data_as_csv_is_exact(tmp_path: Path):
    files = write_csv(tmp_path / "new" / "data", document().tables())
    assert {path.stem for path in files} == {one.name for one in document().tables()}
    with (tmp_path / "new" / "data" / "cohorts.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    first = recorded("redwine")[1].cohorts[0]
    assert (int(rows[0]["spent_minor"]), int(rows[0]["held_minor"])) == (first.spent, first.held)
    with (tmp_path / "new" / "data" / "periods.csv").open(encoding="utf-8-sig", newline="") as file:
        last = list(csv.DictReader(file))[-1]
    assert int(last["reserve_minor"]) == recorded("redwine")[0].reserve
    assert int(last["supply_nano"]) == recorded("redwine")[0].circulating


def test_data_as_parquet_is_what_the_csv_is(tmp_path: Path):
    tables = document().tables()
    write_csv(tmp_path, tables)
    for path in write_parquet(tmp_path, [*tables, tables[0]._replace(name="empty", rows=[])]):
        found = parquet.read_table(path)
        if path.stem == "empty":
            assert found.num_rows == 0
            continue
        with path.with_suffix(".csv").open(encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        assert found.column_names == header
        for number, name in enumerate(header):
            values = ["" if value is None else str(value) for value in found[name].to_pylist()]
            if str(found.schema.field(name).type) == "double":
                assert [float(row[number] or "nan") for row in rows] == pytest.approx(
                    [float(value or "nan") for value in values], nan_ok=True
                )
            else:
                assert [row[number] for row in rows] == values


def test_parquet_says_if_its_library_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ParquetMissingError):
        write_parquet(tmp_path, document().tables())


def test_the_sheet_says_the_reports_numbers():
    run = recorded("redwine")[1]
    for language in Language:
        text = words_of(sheet(material(), language))
        for share in (run.back.q50, run.back.q90, run.stop.whole, run.stop.back.q50):
            assert f"{share * 100:.1f}\N{NO-BREAK SPACE}%" in text
        assert "200.00" in text
        assert "<script" not in sheet(material(), language)


def test_the_sheet_says_so_where_there_is_little_to_say():
    one = material()
    first = one.run.cohorts[0]._replace(
        days_to=tuple(spread._replace(q50=None) for spread in one.run.cohorts[0].days_to)
    )
    few = replace(one.run, cohorts=(first,), ever_out=0.0, members=first.members)
    text = sheet(replace(one, runs=[few]), Language.ENGLISH)
    assert "only one joining month" in text
    assert "No member has ever reached it" in text
    assert "fewer than half" in text


def test_where_nothing_circulates_no_price_is_shown_to_fall():
    run = recorded("redwine")[1]
    gone = run.periods[-1]._replace(supply=0, price=run.first_price, reserve=0)
    ended = replace(run, periods=(*run.periods[:-1], gone))
    one = replace(material(), runs=[ended])
    found = compose(one, Language.ENGLISH)
    chart = charts(found)[0]
    assert chart.drawing.option["series"][0]["data"][-1][1] is None
    assert "the line ends" in chart.note
    assert table(found, "spans").rows[-1][-1] is None
    assert "nothing circulates any more" in page(found, LIBRARY)
    assert "Nobody holds points any more" in page(found, LIBRARY)
    assert "none at the end" in sheet(one, Language.ENGLISH)
    several = compose(replace(one, runs=[ended, run]), Language.ENGLISH)
    assert charts(several)[0].drawing.option["series"][2]["data"][-1][0] == run.periods[-2].last_day
    assert charts(document())[0].note == ""
