from patronage.lab.sensitivity import hold, try_held, try_out, variants
from tests.unit.lab.studies import charter, document, recorded
from tests.unit.lab.test_backtest import EVERYTHING, year


def test_each_figure_that_is_not_0_is_tried_a_fifth_less_and_a_fifth_more():
    found = {(one.key, one.value): one.charter for one in variants(document("mall"))}
    assert ("reserve.rate", "0.24") in found
    assert ("reserve.rate", "0.36") in found
    assert ("founding.amount", "4320") in found
    assert ("points.authorised", "7200000000") in found
    assert ("grant.per", "240") in found
    assert found["reserve.rate", "0.24"].reserve_micro == 240_000
    assert found["quota.multiple", "2.4"].multiple_micro == 2_400_000
    # 0.9 × 1.2 is more than an order brings in: the rules refuse it.
    assert found["grant.rate", "1.08"] is None
    assert ("founding.amount", "0") not in {
        (one.key, one.value) for one in variants(document("redwine"))
    }


def test_a_variant_is_a_backtest_of_its_charter():
    one = next(one for one in variants(document("redwine")) if one.key == "reserve.rate")
    unchanged = one._replace(charter=charter("redwine"))
    run = try_out(unchanged, year(), EVERYTHING)
    assert run.settings == (("charter.reserve.rate", "0.24"),)
    assert run.cohorts == recorded("redwine")[1].cohorts
    less = try_out(one, year(), EVERYTHING)
    assert less.operator.contributions < run.operator.contributions
    assert try_out(one._replace(charter=None), year(), EVERYTHING) is None
    hold(year(), EVERYTHING)
    assert try_held(one) == less
