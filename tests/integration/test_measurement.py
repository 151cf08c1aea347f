"""Measuring leaves nothing behind, and measures orders that are settled."""

import json

import pytest
from django.db import connections

from patronage.ledger import measurement, store, summary, verify
from tests.bench import ledger as bench
from tests.bench import usual
from tests.integration.databases import URLS
from tests.integration.test_command import Shop


def counts(using: str) -> list[int]:
    with connections[using].cursor() as cursor:
        found = []
        for table in store.TABLES:
            cursor.execute(f"SELECT count(*) FROM {table.name} WHERE economy LIKE 'bench-%%'")  # noqa: S608
            found.append(cursor.fetchone()[0])
    return found


def test_what_is_measured_is_settled_and_then_removed(using: str) -> None:
    with measurement.throw_away(using) as economy:
        measurement.seconds_to_settle(economy, measurement.members_of(20), using=using)
        assert summary(economy, using=using).members == 20
        mixed = list(measurement.mix(100, measurement.CLOSE_EVERY, 20))
        measurement.seconds_to_settle(economy, mixed, using=using)
        single = list(measurement.mix(10, 2 * measurement.CLOSE_EVERY, 20))
        found = measurement.latency(economy, single, 1000, using=using)
        assert 0 < found.half <= found.most
        told = summary(economy, using=using)
        assert told.records == 1 + 10 + len(mixed) + len(single)
        assert told.unsettled == 0
        assert told.figures["days_closed"] == 2
        assert verify(economy, using=using).difference is None
    assert not any(counts(using))


def test_the_mix_is_what_it_says() -> None:
    count = measurement.CLOSE_EVERY
    mixed = list(measurement.mix(count, count, 100))
    orders = [event for event in mixed if event["type"] == "order.completed"]
    assert sum(event["type"] == "points.redeemed" for event in mixed) == count // 50
    assert sum(event["type"] == "day.closed" for event in mixed) == 1
    assert sum("referrer" in event for event in orders) == count // 2
    assert len({event["id"] for event in mixed}) == len(mixed) == count + 1


def test_what_fails_while_measuring_is_told(using: str) -> None:
    with measurement.throw_away(using) as economy:
        surrogate = {"id": "1", "type": "order.completed"}
        with pytest.raises(KeyError):
            measurement.latency(economy, [surrogate, {}], 1000, using=using)


def test_the_usual_way_writes_the_same(postgresql_alias: str) -> None:
    with measurement.throw_away(postgresql_alias) as economy:
        orders = list(measurement.members_of(40))
        usual.rate(URLS[postgresql_alias], economy, orders)
        found = verify(economy, using=postgresql_alias)
        assert found == (21, None)


def test_the_benches_of_the_ledger_run(using: str) -> None:
    told = bench.measured(URLS[using], "settled", 10, 1, round_=50, verify=True)
    assert told["rate"] > 0
    assert told["verified"] > 0
    assert ("usual" in told) is ("copied" in told) is (using == "postgresql")
    assert bench.measured(URLS[using], "latency", 10, 20)["most"] > 0
    assert not any(counts(using))


def test_the_command(tmp_path) -> None:
    shop = Shop(tmp_path)
    small = ("bench", "--orders", 1000, "--members", 10, "--rate", 20)
    told = json.loads(shop.says(*small, "--json"))
    assert told["rate"] == 20
    assert told["orders_per_second"] > 0
    assert 0 < told["latency_p50_ms"] <= told["latency_p99_ms"]
    assert "orders a second" in shop.says(*small)
    assert "每秒订单数" in shop.says(*small, PATRONAGE_LANG="zh")
    assert "there is no economy" in shop.refuses("status", "bench")
