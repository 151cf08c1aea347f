"""The benches run, at a small size; how fast is for `make bench` to say."""

from tests.bench import log, rules, simulations, tlog


def test_every_bench_of_the_rules_runs():
    rows = [
        *rules.bench_orders(members=20, batch=10),
        *rules.bench_replay(events=20),
        *rules.bench_dividend(many_holders=20, few_holders=10),
        *rules.bench_redemptions(many_holders=200, few_holders=100, batch=5),
    ]
    assert len(rows) == 7
    assert all(what and measured for what, measured, _asked in rows)


def test_every_bench_of_the_log_runs():
    rows = [*tlog.bench_log(size=600, batch=100, proofs=2), *tlog.bench_sums(size=5, proofs=2)]
    assert len(rows) == 7
    assert all(what and measured for what, measured, _asked in rows)


def test_the_bench_of_the_public_log_runs():
    rows = [*log.bench_public_log(members=20, orders=50), *log.bench_proof(accounts=30, proofs=1)]
    assert len(rows) == 6
    assert all(what and measured for what, measured, _asked in rows)


def test_the_bench_of_simulations_runs(monkeypatch):
    monkeypatch.setattr(
        simulations, "_apart", lambda name, orders: simulations.measure(name, orders, days=10)
    )
    rows = list(simulations.bench_simulations(orders=40_000, paying=20_000, exact=200, rounds=1))
    assert len(rows) >= 5
    assert all(what and measured for what, measured, _asked in rows)
