"""The promises of a charter, each judged by an inequality.

One function a promise. The cases that a finding names are all that the command has words for.
"""

import math
from fractions import Fraction

from patronage.lab.growth import MICRO, NANO, orders_until_thin
from patronage.lab.subject import (
    DAYS_A_YEAR,
    HORIZON_DAYS,
    Finding,
    Numbers,
    Subject,
    per_cent,
    plain,
)

LIFT_MAX = Fraction(1, 100)
"""One average order should not lift the price by more than this."""
RATIO_MIN = Fraction(3, 2)
"""A buyer should see the price rise at least so far before being bought out."""
AUTHORISED_DAYS_MIN = 10 * DAYS_A_YEAR
BREAK_EVEN_MAX = Fraction(1, 2)
FEE_MAX = Fraction(1, 2)
FOUNDING_MINOR_MAX = 10**12
"""The rule book's bound."""


def parties(subject: Subject) -> Finding:
    """An order's points, the referrer's included, are worth less than its contribution."""
    share = subject.grant_rate * (1 + subject.referral_rate)
    inequality = "grant.rate"
    if subject.referral_rate:
        inequality += f" × (1 + referral.rate) = {plain(subject.grant_rate)}"
        inequality += f" × (1 + {plain(subject.referral_rate)})"
    inequality += f" = {plain(share)}" + (" < 1" if share < 1 else "")
    contribution = subject.order_contribution
    numbers: Numbers = {"basket": subject.basket, "share": share}
    if contribution is not None:
        most = contribution * subject.charter.grant_micro // MICRO
        referrer = int(most * subject.referral_rate)
        numbers |= {
            "contribution": subject.major(contribution),
            "buyer_value": subject.major(most),
            "referrer_value": subject.major(referrer),
            "stays": subject.major(contribution - most - referrer),
        }
        if subject.gives_nothing:
            return Finding("parties", "fails", "nothing", inequality, numbers)
    if share == 1:
        return Finding("parties", "warning", "no_slack", inequality, numbers)
    case = "holds" if contribution is not None else "share"
    return Finding("parties", "holds", case, inequality, numbers)


def founding(subject: Subject) -> Finding:
    """Founding points keep supply from getting thin.

    Nobody can redeem the F founding points and the price never falls below the issue price, so the
    reserve never falls below the founding amount A. Hence, for an order that brings in c and gives
    points worth v:

    - it lifts the price by (c − v) / (reserve + v) ≤ (c − v) / (A + v);
    - with contributions C in all, price ≤ (A + C) / F: a nano-point is never worth more than a
      minor unit, and no buyer loses more than that by rounding, if A + C ≤ F (in those units).

    (The first holds while orders give points; v is a buyer's alone, for an order without a referrer
    lifts more.) Recommended is the smallest amount, rounded up, for which the first stays below
    LIFT_MAX and the second holds for a hundred years of sales; at least one point.
    """
    charter, assumptions = subject.charter, subject.assumptions
    basket_minor = assumptions.basket_minor
    # Where profit is not known, the whole basket bounds it from above.
    profit = Fraction(1) if assumptions.margin is None else assumptions.margin
    contribution = subject.contribution(basket_minor, profit) or 0
    given = subject.given(basket_minor, contribution)  # no referrer: the order that lifts most
    slack = contribution - given
    a_day = subject.orders_a_day
    ever = contribution * a_day * HORIZON_DAYS
    price = subject.issue_price_nano
    amount = charter.founding_minor

    recommended: int | None = None
    if price < 1:
        needed = max(NANO * price, slack / LIFT_MAX - given, ever / (1 - price) * price)
        recommended = _rounded_up(needed)
        if recommended > FOUNDING_MINOR_MAX:
            recommended = None
    lift = slack / (amount + given) if amount + given else Fraction(0)
    crumb = (amount + ever) / charter.founding_nano if charter.founding_nano else None
    numbers: Numbers = {
        "founding": subject.major(amount),
        "founding_points": Fraction(charter.founding_nano, NANO),
        "recommended": None if recommended is None else subject.major(recommended),
        "recommended_points": None if recommended is None else recommended / price / NANO,
        "authorised": Fraction(charter.authorised_nano, NANO),
        "basket": subject.basket,
        "lift": lift,
        "worst_nano_price": None if crumb is None else subject.major(crumb),
        "minor_unit": subject.major(1),
        "whole_basket_as_profit": int(subject.order_contribution is None),
    }
    if charter.founding_nano < NANO:
        points = plain(Fraction(charter.founding_nano, NANO), 9)
        inequality = f"founding.amount / issue_price = {points} < 1"
        thin = orders_until_thin(charter, basket_minor, contribution)
        numbers["orders_until_thin"] = thin if charter.founding_nano == 0 else None
        case = "below_a_point" if charter.founding_nano or not thin else "none"
        return Finding("founding", "fails", case, inequality, numbers)
    one, given_major = subject.major(slack), subject.major(given)
    inequality = (
        f"{plain(one)} / (founding.amount + {plain(given_major)}) = "
        f"{per_cent(lift)} {'≤' if lift <= LIFT_MAX else '>'} {per_cent(LIFT_MAX)}"
    )
    if price >= 1:
        return Finding("founding", "warning", "dear", "", numbers)
    if lift > LIFT_MAX:
        return Finding("founding", "warning", "small", inequality, numbers)
    worth = (
        f"(founding.amount + {HORIZON_DAYS} × {plain(subject.major(contribution) * a_day)}) / "
        f"({plain(numbers['founding_points'] or 0)} × 10⁹) = {plain(subject.major(crumb or 0), 8)} "
    )
    if amount + ever > charter.founding_nano:
        inequality = f"{worth}> {plain(subject.major(1))}"
        return Finding("founding", "warning", "coarse", inequality, numbers)
    inequality += f";  {worth}≤ {plain(subject.major(1))}"
    return Finding("founding", "holds", "holds", inequality, numbers)


def _rounded_up(value: Fraction) -> int:
    """Round up to an integer of two leading figures."""
    whole = math.ceil(value)
    unit: int = 10 ** max(len(str(whole)) - 2, 0)
    return -(-whole // unit) * unit


def first_value(subject: Subject) -> Finding:
    """A buyer's quota is well above the first worth of the points."""
    # Where profit is not known, the whole basket bounds it from above, and the ratio from below.
    base = Fraction(1)
    if subject.charter.reserve_of == "profit" and subject.assumptions.margin is not None:
        base = subject.assumptions.margin
    share = base * subject.reserve_rate * subject.grant_rate
    names, formula = "reserve.rate × grant.rate", f"{plain(subject.reserve_rate)} × "
    if base != 1:
        names, formula = f"margin × {names}", f"{plain(base)} × {formula}"
    formula += plain(subject.grant_rate)
    if subject.charter.per_micro is not None:
        per_unit = subject.issue_price_nano * NANO * MICRO / subject.charter.per_micro
        if per_unit < share:
            share, names = per_unit, "issue_price / grant.per"
            formula = f"{plain(subject.major(subject.issue_price_nano * NANO))} / " + plain(
                subject.major(Fraction(subject.charter.per_micro, MICRO))
            )
    numbers: Numbers = {
        "basket": subject.basket,
        "quota": subject.basket * subject.multiple,
        "first_value": subject.basket * share,
    }
    if share == 0 or subject.gives_nothing:
        return Finding("first_value", "note", "nothing", "", numbers)
    ratio = subject.multiple / share
    numbers["ratio"] = ratio
    if subject.growth is not None:
        price = float(ratio) * subject.growth.issue_price
        numbers["days_by_price"] = subject.days(subject.growth.orders_until_price(price))
    soon = ratio < RATIO_MIN
    inequality = f"quota.multiple / ({names}) = "
    inequality += f"{plain(subject.multiple)} / ({formula}) = {plain(ratio, 2)} "
    inequality += f"{'<' if soon else '≥'} {plain(RATIO_MIN)}"
    if subject.order_contribution is None:
        # The worth is at most this, so that only the good verdict is certain.
        if soon:
            return Finding("first_value", "note", "margin", inequality, numbers)
        return Finding("first_value", "holds", "at_least", inequality, numbers)
    if soon:
        return Finding("first_value", "warning", "soon", inequality, numbers)
    return Finding("first_value", "holds", "holds", inequality, numbers)


def growth(subject: Subject) -> Finding:
    """Orders lift the price, ever more slowly."""
    law = subject.growth
    if law is None:
        return Finding("growth", "note", "margin", "", {})
    share = subject.grant_rate * subject.both
    inequality = f"1 − grant.rate = {plain(1 - share)}"
    if subject.both > 1:
        inequality = (
            f"1 − grant.rate × (1 + referred × referral.rate) = 1 − {plain(subject.grant_rate)} × "
            f"(1 + {plain(subject.assumptions.referred)} × {plain(subject.referral_rate)}) = "
            f"{plain(1 - share)}"
        )
    inequality += " > 0" if share < 1 else ""
    switch = law.orders_until_value_limit()
    numbers: Numbers = {
        "grant_share": share,
        "exponent": 1 - share,
        "doubling": 2 ** float(1 - share) - 1,
        "value_limit_orders": switch if math.isfinite(switch) else None,
        "value_limit_days": subject.days(switch),
        "value_limit_price": float(subject.major(1)) * law.limit,
    }
    if subject.gives_nothing:
        return Finding("growth", "fails", "nothing", "", numbers)
    if subject.charter.per_micro is not None and any(p.kind == "units" for p in law.phases):
        if any(p.kind == "value" for p in law.phases):
            return Finding("growth", "holds", "units", inequality, numbers)
        if share < 1:
            return Finding("growth", "holds", "units_only", inequality, numbers)
        return Finding("growth", "warning", "units_flat", inequality, numbers)
    if share == 1:
        return Finding("growth", "warning", "flat", inequality, numbers)
    return Finding("growth", "holds", "value", inequality, numbers)


def authorised(subject: Subject) -> Finding:
    """The authorised points last; redemptions only make them last longer."""
    law = subject.growth
    if law is None:
        return Finding("authorised", "note", "margin", "", {})
    orders = law.orders_until_full()
    days = subject.days(orders)
    finite = math.isfinite(orders)
    if finite:
        orders = math.ceil(orders - 1e-6)
    later = law.supply(float(subject.orders_a_day * HORIZON_DAYS))
    numbers: Numbers = {
        "authorised": Fraction(subject.charter.authorised_nano, NANO),
        "orders": orders if finite else None,
        "sales": orders * float(subject.basket) if finite else None,
        "days": days,
        "issued_in_100_years": later,
        "share_in_100_years": later / law.authorised,
    }
    if subject.charter.authorised_nano == subject.charter.founding_nano:
        return Finding("authorised", "fails", "none_left", "", numbers)
    if subject.gives_nothing:
        return Finding("authorised", "note", "nothing", "", numbers)
    if days is None:
        inequality = f"{later:,.0f} < points.authorised = {law.authorised:,.0f}"
        return Finding("authorised", "holds", "never", inequality, numbers)
    soon = days < AUTHORISED_DAYS_MIN
    inequality = (
        f"{days:,.1f} {'<' if soon else '≥'} {AUTHORISED_DAYS_MIN // DAYS_A_YEAR} × {DAYS_A_YEAR}"
    )
    if soon:
        return Finding("authorised", "warning", "soon", inequality, numbers)
    return Finding("authorised", "holds", "late", inequality, numbers)


def margin(subject: Subject) -> Finding:
    """The operator's profit covers what the charter takes from it."""
    rate, dividend = subject.reserve_rate, subject.dividend_rate
    told = subject.assumptions.margin
    numbers: Numbers = {"margin": told}
    if subject.charter.reserve_of == "profit":
        taken = rate + dividend
        sign = "<" if taken < 1 else ">"
        inequality = (
            f"reserve.rate + dividend.rate = {plain(rate)} + {plain(dividend)} = {plain(taken)}"
        ) + ("" if taken == 1 else f" {sign} 1")
        numbers |= {"taken_of_profit": taken, "kept_of_profit": 1 - taken}
        if taken > 1:
            return Finding("margin", "fails", "takes_more_than_profit", inequality, numbers)
        if taken == 1:
            return Finding("margin", "warning", "takes_all_profit", inequality, numbers)
        return Finding("margin", "holds", "of_profit", inequality, numbers)
    even = None if dividend == 1 else rate / (1 - dividend)
    if rate == 0:
        even = Fraction(0)
    numbers["break_even"] = even
    if told is not None:
        numbers["kept"] = subject.hundred * (told - rate - dividend * told)
    formula = "reserve.rate"
    if dividend:
        formula += f" / (1 − dividend.rate) = {plain(rate)} / (1 − {plain(dividend)})"
    if even is None or even >= 1:
        inequality = formula if even is None else f"{formula} = {per_cent(even)} ≥ 100 %"
        return Finding("margin", "fails", "impossible", inequality, numbers)
    if told is not None and told < even:
        inequality = f"{formula} = {per_cent(even)} > {per_cent(told)}"
        return Finding("margin", "warning", "below", inequality, numbers)
    high = even > BREAK_EVEN_MAX
    inequality = f"{formula} = {per_cent(even)} {'>' if high else '≤'} {per_cent(BREAK_EVEN_MAX)}"
    if high:
        return Finding("margin", "warning", "high", inequality, numbers)
    if told is not None:
        inequality = f"{formula} = {per_cent(even)} ≤ {per_cent(told)}"
        return Finding("margin", "holds", "above", inequality, numbers)
    return Finding("margin", "holds", "holds", inequality, numbers)


def fee(subject: Subject) -> Finding:
    """Who leaves pays those who stay, and leaving is no way to gain.

    Points come from orders only, never for money: to hold again points worth w, one has to order
    for w / (reserve.rate × grant.rate), whatever the fee.
    """
    rate = subject.fee
    share = subject.reserve_rate * subject.grant_rate
    numbers: Numbers = {
        "fee": rate,
        "hundred": subject.hundred,
        "paid": subject.hundred * (1 - rate),
        "day_lift": rate,
        "spend_to_hold_again": subject.hundred / share if share else None,
    }
    name = f"redemption.fee = {plain(rate)}"
    if rate == 1:
        return Finding("fee", "fails", "all", name, numbers)
    if rate > FEE_MAX:
        return Finding("fee", "warning", "heavy", f"{name} > {plain(FEE_MAX)}", numbers)
    if rate == 0:
        return Finding("fee", "warning", "free", name, numbers)
    return Finding("fee", "holds", "holds", f"0 < {name} ≤ {plain(FEE_MAX)}", numbers)


def merchants(subject: Subject) -> Finding:
    """A merchant is paid its coins' worth, less its fee.

    Coins redeemed give points of equal worth and a quota of multiple × coins: the smaller of the
    two is what can be paid. And a member's points can reach a merchant as coins, free of fee.
    """
    rate, multiple = subject.merchant_fee, subject.multiple
    paid = subject.hundred * min(multiple, Fraction(1)) * (1 - rate)
    numbers: Numbers = {
        "merchant_fee": rate,
        "fee": subject.fee,
        "hundred": subject.hundred,
        "multiple": multiple,
        "paid": paid,
        "most": subject.hundred * multiple,
    }
    names = f"quota.multiple = {plain(multiple)}", f"merchant_fee = {plain(rate)}"
    if rate == 1:
        return Finding("merchants", "fails", "nothing", names[1], numbers)
    if multiple < 1:
        return Finding("merchants", "fails", "underpaid", f"{names[0]} < 1", numbers)
    if rate < subject.fee:
        inequality = f"{names[1]} < fee = {plain(subject.fee)}"
        return Finding("merchants", "warning", "cheaper_exit", inequality, numbers)
    inequality = f"{names[0]} ≥ 1;  {names[1]} ≥ fee = {plain(subject.fee)}"
    return Finding("merchants", "holds", "holds", inequality, numbers)
