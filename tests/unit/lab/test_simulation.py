import json

from patronage.lab.simulation import (
    LEVELS,
    Cohort,
    Concentration,
    Operator,
    Period,
    Simulation,
    Spread,
    Stop,
)

SPREAD = Spread(0.1, 0.25, 0.5, None, None)


def simulation() -> Simulation:
    """Make a result in which every field is different."""
    period = Period("2026-01-31", 1.5, *range(2, 2 + len(Period._fields) - 2))
    cohort = Cohort(
        "2026-01", *range(10), 0.5, SPREAD, SPREAD, (0.1,) * len(LEVELS), (SPREAD,) * len(LEVELS)
    )
    return Simulation(
        scenario="Plain",
        settings=(("charter.quota.multiple", "2"),),
        seed=3,
        gear="fast",
        period="month",
        currency="CNY",
        exponent=2,
        first_price=100.0,
        periods=(period,),
        cohorts=(cohort,),
        members=4,
        spent=5,
        ever_out=0.25,
        back=SPREAD,
        operator=Operator(*range(7)),
        held=Concentration(0.1, 0.2, 0.3),
        got=Concentration(0.4, 0.5, 0.6),
        stop=Stop(*range(5), 0.5, SPREAD),
    )


def test_a_result_comes_back_from_json_as_it_was():
    result = simulation()
    assert Simulation.from_json(json.loads(json.dumps(result.as_json()))) == result
