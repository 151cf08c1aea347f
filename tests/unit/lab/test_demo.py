from patronage.economy import load_charter
from patronage.intake import days, read_export
from patronage.lab import demo
from patronage.lab.backtest import backtest
from patronage.lab.result import Result


def run(seed: int) -> Result:
    charter = load_charter(demo.charter_source())
    year = demo.year(seed, exponent=charter.minor_unit_exponent)
    laid, unusable = days(year.sales, year.returns, key=demo.KEY)
    assert not unusable
    return backtest(charter, laid, demo.BEHAVIOUR)


def test_a_seed_gives_the_same_year_always():
    one, again, other = demo.year(5, exponent=2), demo.year(5, exponent=2), demo.year(6, exponent=2)
    assert one == again
    assert one != other


def test_the_year_of_seed_1_is_pinned():
    result = run(1)
    assert (result.orders, result.members, result.sales) == (11_304, 4_202, 418_122_400)
    assert result.reserve == 115_644_174
    assert result.as_json() == run(1).as_json()


def test_the_year_has_everything_in_it():
    result = run(1)
    assert not result.rejected
    assert 2_000 < result.members < 9_000
    for figure in (
        result.refunds,
        result.redemptions.number,
        result.compulsory.number,
        result.converted_coins,
        result.spent_coins,
        result.dividends_paid,
    ):
        assert figure > 0
    assert len(result.days) == 365
    sales = {day.date: day.sales for day in result.days}
    february = sum(sales[f"2025-02-{n:02}"] for n in range(1, 24)) / 23
    assert 2 * february < sum(sales.values()) / 365
    assert sales["2025-11-11"] == max(sales.values())
    assert sales["2025-06-18"] > 3 * sum(sales.values()) / 365


def test_some_members_are_referred_by_earlier_ones():
    year = demo.year(1, exponent=2)
    first = {}
    for sale in year.sales:
        first.setdefault(sale.customer, sale.date)
    referred = [sale for sale in year.sales if sale.referrer]
    assert 0.2 < len(referred) / len(year.sales) < 0.5
    assert all(sale.referrer != sale.customer for sale in referred)
    assert all(first[sale.referrer] <= sale.date for sale in referred)


def test_its_export_says_the_same():
    for exponent in (0, 2, 3):
        year = demo.year(2, exponent=exponent)
        export = read_export(year.export.encode(), exponent=exponent)
        assert export.sales == year.sales
        assert export.returns == year.returns
        assert not export.unusable
        assert days(export.sales, export.returns, key=demo.KEY) == days(
            year.sales, year.returns, key=demo.KEY
        )
