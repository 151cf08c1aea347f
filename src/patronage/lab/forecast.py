"""What a charter comes to over time: the quota's distance, the price's path, where money goes."""

from bisect import bisect_left
from fractions import Fraction
from typing import Literal, NamedTuple

from patronage.lab.growth import Growth
from patronage.lab.subject import (
    DAYS_A_YEAR,
    HORIZON_DAYS,
    Finding,
    Numbers,
    Subject,
    per_cent,
    plain,
)

MILESTONE_ORDERS = (10**2, 10**4, 10**6, 10**8)
MILESTONE_DAYS = (30, DAYS_A_YEAR, 3 * DAYS_A_YEAR, 10 * DAYS_A_YEAR)


class Milestone(NamedTuple):
    """The growth law's figures after so many orders: money in major units, points whole.

    `days` is how long that takes at the assumed sales; `by_days` tells which of the two was asked.
    """

    by_days: bool
    orders: float
    days: float
    sales: float
    price: float
    circulating: float
    reserve: float


def milestones(subject: Subject) -> tuple[Milestone, ...]:
    """Return the price's path, none where the margin is not told or orders do nothing."""
    law = subject.growth
    if law is None or subject.gives_nothing:
        return ()
    a_day, unit = float(subject.orders_a_day), float(subject.major(1))
    rows = [(False, float(orders), orders / a_day) for orders in MILESTONE_ORDERS]
    rows += [(True, days * a_day, float(days)) for days in MILESTONE_DAYS]
    return tuple(
        Milestone(
            by_days,
            orders,
            days,
            orders * float(subject.basket),
            law.price(orders) * unit,
            law.supply(orders),
            law.reserve(orders) * unit,
        )
        for by_days, orders, days in rows
    )


class Share(NamedTuple):
    """A part of 100.00 spent, with and without a referrer: in money, or as a share of profit."""

    part: Literal["reserve", "buyer", "referrer", "lift", "dividend", "rest", "goods", "operator"]
    of: Literal["money", "profit"]
    without: Fraction
    referred: Fraction


def shares(subject: Subject) -> tuple[Share, ...]:
    """Return where each 100.00 goes, the points' worth being what it is at the opening.

    "rest" is what is left for goods and operator, before the dividend where no margin is told;
    with a margin it divides into "goods" and "operator".
    """
    amount = int(subject.hundred * 10**subject.charter.minor_unit_exponent)
    told = subject.assumptions.margin
    contribution = subject.contribution(amount, told)
    of: Literal["money", "profit"] = "money"
    if contribution is None:
        of, whole = "profit", subject.reserve_rate
        buyer = whole * subject.grant_rate
    else:
        whole = subject.major(contribution)
        buyer = subject.major(int(subject.given(amount, contribution)))
    referrer = buyer * subject.referral_rate
    if contribution is not None:
        unit = 10**subject.charter.minor_unit_exponent
        referrer = subject.major(int(referrer * unit))
    rows = [Share("reserve", of, whole, whole), Share("buyer", of, buyer, buyer)]
    if subject.charter.referral_micro is not None:
        rows.append(Share("referrer", of, Fraction(0), referrer))
    rows.append(Share("lift", of, whole - buyer, whole - buyer - referrer))
    if told is None:
        if subject.dividend_rate:
            rows.append(Share("dividend", "profit", subject.dividend_rate, subject.dividend_rate))
        if of == "money":
            rest = subject.hundred - whole
            rows.append(Share("rest", of, rest, rest))
        return tuple(rows)
    dividend = subject.hundred * told * subject.dividend_rate
    goods = subject.hundred * (1 - told)
    kept = subject.hundred - whole - dividend - goods
    more = (("dividend", dividend), ("goods", goods), ("operator", kept))
    return (*rows, *(Share(part, of, value, value) for part, value in more))  # type: ignore[arg-type]


def time_to_quota(subject: Subject) -> Finding:
    """How long until a buyer of one basket has reached the quota, if sales go on like this.

    With dividends: the whole profit of every day is shared among all points but the founding
    ones, nobody having redeemed or converted.
    """
    law = subject.growth
    if law is None:
        return Finding("time_to_quota", "note", "margin", "", {})
    numbers: Numbers = {
        "basket": subject.basket,
        "quota": subject.basket * subject.multiple,
        "horizon_days": HORIZON_DAYS,
    }
    if subject.gives_nothing:
        return Finding("time_to_quota", "note", "nothing", "", numbers)
    dividends = subject.assumptions.margin is not None and subject.dividend_rate > 0
    for name, day in (("start", 0), ("year", DAYS_A_YEAR)):
        orders = float(day * subject.orders_a_day)
        # The buyer's own points, without the referrer's.
        points = law.points(orders) / float(subject.both)
        numbers[f"{name}_price"] = law.price(orders) * float(subject.major(1))
        numbers[f"{name}_points"] = points
        if not points:
            continue
        target = float(subject.assumptions.basket_minor * subject.multiple) / points
        until = law.orders_until_price(target)
        numbers[f"{name}_days"] = subject.days(until - orders)
        if dividends:
            numbers[f"{name}_days_with_dividends"] = _days_with_dividends(
                subject, law, orders, target
            )
    if not numbers["start_points"]:
        return Finding("time_to_quota", "note", "nothing", "", numbers)
    case = "dividends" if dividends else "price"
    return Finding("time_to_quota", "note", case, "", numbers)


def _days_with_dividends(
    subject: Subject, law: Growth, orders: float, target: float
) -> float | None:
    """Return the days until price and dividends of a point bought after `orders` reach a target."""
    a_day = float(subject.orders_a_day)
    margin = float(subject.assumptions.margin or 0)
    a_day_minor = subject.assumptions.sales_minor * margin * float(subject.dividend_rate)
    day = 0
    paid = waiting = 0.0
    while day < HORIZON_DAYS:
        step = max(1, day // 100)
        day += step
        waiting += a_day_minor * step
        entitled = law.supply(orders + day * a_day) - law.founding
        if entitled > 0:
            paid += waiting / entitled
            waiting = 0.0
        if law.price(orders + day * a_day) + paid >= target:
            return float(day)
    return None


def quotas(subject: Subject) -> Finding:
    """All quotas together, against the money the same orders bring in."""
    granted, (rate, dividend) = subject.multiple * subject.both, _brought(subject)
    numbers: Numbers = {
        "hundred": subject.hundred,
        "quota": subject.hundred * granted,
        "contribution": subject.hundred * rate,
        "dividends": subject.hundred * dividend,
        "bound": int(subject.order_contribution is None),
    }
    if not rate:
        return Finding("quotas", "note", "nothing", "", numbers)
    numbers["ratio"] = granted / rate
    names, figures = "quota.multiple", plain(subject.multiple)
    whole = f"({_base_name(subject)}reserve.rate)" if _base_name(subject) else "reserve.rate"
    if subject.both > 1:
        names += " × (1 + referred × referral.rate)"
        figures += f" × {plain(subject.both)}"
    inequality = f"{names} / {whole} = "
    inequality += f"{figures} / {plain(rate)} = {plain(granted / rate, 2)}"
    if granted <= rate:
        return Finding("quotas", "note", "covered", inequality, numbers)
    case = "with_dividends" if granted <= rate + dividend else "more"
    return Finding("quotas", "note", case, inequality, numbers)


def stop(subject: Subject) -> Finding:
    """What holders get together if sales stop and everybody redeems: never more than came in."""
    rate, dividend = _brought(subject)
    total = rate + dividend
    numbers: Numbers = {
        "hundred": subject.hundred,
        "reserve": subject.hundred * rate,
        "after_fee": subject.hundred * rate * (1 - subject.fee),
        "dividends": subject.hundred * dividend,
        "total": subject.hundred * total,
        "margin": subject.assumptions.margin,
    }
    names = f"{_base_name(subject)}reserve.rate"
    if dividend:
        names += f" + {'' if subject.assumptions.margin is None else 'margin × '}dividend.rate"
        names += f" = {plain(rate)} + {plain(dividend)}"
    inequality = f"{names} = {plain(total)}" + (" < 1" if total < 1 else "")
    return Finding("stop", "note", "less" if total < 1 else "as_much", inequality, numbers)


def _brought(subject: Subject) -> tuple[Fraction, Fraction]:
    """Return what reserve and dividend pool take of sales; at most this, if no margin is told."""
    told = subject.assumptions.margin
    margin = Fraction(1) if told is None else told
    base = margin if subject.charter.reserve_of == "profit" else Fraction(1)
    return subject.reserve_rate * base, subject.dividend_rate * margin


def _base_name(subject: Subject) -> str:
    profit = subject.charter.reserve_of == "profit"
    return "margin × " if profit and subject.assumptions.margin is not None else ""


def average_member(subject: Subject) -> Finding | None:
    """What the average member has spent and holds after a year, if the members are told."""
    members, law = subject.assumptions.members, subject.growth
    if members is None or law is None or subject.gives_nothing:
        return None
    orders = float(DAYS_A_YEAR * subject.orders_a_day)
    spent = subject.major(subject.assumptions.sales_minor * DAYS_A_YEAR) / members
    points = (law.supply(orders) - law.founding) / members
    numbers: Numbers = {
        "members": members,
        "spent": spent,
        "points": points,
        "worth": points * law.price(orders) * float(subject.major(1)),
        "quota": spent * subject.multiple * subject.both,
        "dividends": None,
    }
    if subject.assumptions.margin is not None:
        numbers["dividends"] = spent * subject.assumptions.margin * subject.dividend_rate
    return Finding("average_member", "note", "year", "", numbers)


def evening(subject: Subject) -> Finding | None:
    """For how long ordering only for the day's dividend pays.

    A ring invents an order that brings in c (the rest of its money stays in the ring) just before a
    close and redeems at once. It gets points worth at most g·c, g = grant.rate × (1 +
    referral.rate), their share of the day's dividend D, and g·c less the fee f. With W the worth of
    all accounts' points its gain is at most

        g·c · D / (W + g·c) + g·c · (1 − f) − c,

    above 0 for some c only if D / W > 1 / g − (1 − f). (What it pays from its own profit into the
    pool, where the reserve is fed from profit, is a cost too, and left out.) None without
    dividends or points.
    """
    g = subject.grant_rate * (1 + subject.referral_rate)
    if not (subject.dividend_rate and g) or subject.gives_nothing:
        return None
    fee = min(subject.fee, subject.merchant_fee)
    limit = 1 / g - (1 - fee)
    inequality = (
        "1 / (grant.rate × (1 + referral.rate)) − (1 − fee) = "
        f"1 / {plain(g)} − (1 − {plain(fee)}) = {per_cent(limit)}"
    )
    numbers: Numbers = {"limit": limit}
    law, margin = subject.growth, subject.assumptions.margin
    if law is None or margin is None:
        return Finding("evening", "note", "margin", inequality, numbers)
    dividend = float(subject.dividend_rate * margin * subject.assumptions.sales_minor)

    def is_over(day: int) -> bool:
        orders = float(day * subject.orders_a_day)
        supply = law.supply(orders)
        held = law.reserve(orders) * (1 - law.founding / supply) if supply else 0.0
        return dividend <= float(limit) * held

    days = bisect_left(range(1, HORIZON_DAYS + 1), x=True, key=is_over)
    numbers["days"] = days
    numbers["dividend"] = subject.major(int(dividend))
    case = "never" if days == 0 else "always" if days == HORIZON_DAYS else "days"
    return Finding("evening", "note", case, inequality, numbers)
