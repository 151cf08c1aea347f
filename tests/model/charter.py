"""The model's own reading of the rule book's "Charter" section."""

import re
from decimal import Decimal
from fractions import Fraction

NANO = 10**9

# ISO 4217 list one, published 2026-01-01: every code that has a minor unit, by its decimals.
# Metals, XDR, XSU, XUA, XBA to XBD, XTS and XXX have none and cannot be a currency here.
CODES_BY_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD
          CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP
          GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK
          LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO
          NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS
          SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST
          XAD XCD XCG YER ZAR ZMW ZWG""",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
CURRENCY_DECIMALS = {
    code: decimals for decimals, codes in CODES_BY_DECIMALS.items() for code in codes.split()
}

# section: (required?, required keys, optional keys)
SECTIONS = {
    "economy": (True, {"name", "currency"}, {"timezone"}),
    "founding": (False, {"amount"}, set()),
    "points": (True, {"authorised", "issue_price"}, set()),
    "reserve": (True, {"rate", "of"}, set()),
    "grant": (True, {"rate", "mode"}, {"per"}),
    "referral": (False, {"rate"}, set()),
    "quota": (True, {"multiple"}, set()),
    "dividend": (False, {"rate"}, set()),
    "redemption": (True, {"fee"}, {"merchant_fee"}),
    "hold": (False, {"days"}, set()),
}

TEXT_KEYS = {
    ("economy", "name"),
    ("economy", "currency"),
    ("economy", "timezone"),
    ("reserve", "of"),
    ("grant", "mode"),
}
RATES = [
    ("reserve", "rate"),
    ("grant", "rate"),
    ("referral", "rate"),
    ("dividend", "rate"),
    ("redemption", "fee"),
    ("redemption", "merchant_fee"),
]


def exact(text: str) -> Fraction:
    """Read a decimal text exactly; of any length, unlike int()."""
    whole, _, decimals = text.partition(".")
    return Fraction(int(Decimal(whole + decimals)), 10 ** len(decimals))


def charter_problem(charter: object) -> str | None:
    """Tell why a parsed charter would be refused, or None for a sound one."""
    return _shape_problem(charter) or _decimal_problem(charter) or _sense_problem(charter)


def _shape_problem(charter: object) -> str | None:
    if not isinstance(charter, dict):
        return "the charter is no table"
    for name in charter:
        if name not in SECTIONS:
            return f"{name}: unknown section"
    for name, (required, needed, optional) in SECTIONS.items():
        if name not in charter:
            if required:
                return f"{name}: missing section"
            continue
        section = charter[name]
        if not isinstance(section, dict):
            return f"{name}: no table"
        for key in needed:
            if key not in section:
                return f"{name}.{key}: missing"
        for key, value in section.items():
            if key not in needed | optional:
                return f"{name}.{key}: unknown key"
            if (name, key) == ("hold", "days"):
                if type(value) is not int or value < 0:
                    return "hold.days: no integer from 0"
            elif not isinstance(value, str):
                return f"{name}.{key}: no text (quote the number)"
    if charter["economy"]["currency"] not in CURRENCY_DECIMALS:
        return "economy.currency: no ISO 4217 code with a minor unit"
    if charter["reserve"]["of"] not in ("revenue", "profit"):
        return "reserve.of: neither revenue nor profit"
    if charter["grant"]["mode"] not in ("value", "units"):
        return "grant.mode: neither value nor units"
    if (charter["grant"]["mode"] == "units") != ("per" in charter["grant"]):
        return "grant.per: belongs to units mode, and only there"
    return None


def _decimal_problem(charter: dict) -> str | None:
    places = dict.fromkeys(RATES, 6)
    places[("quota", "multiple")] = 6
    places[("points", "issue_price")] = 6
    places[("grant", "per")] = 6
    places[("points", "authorised")] = 9
    places[("founding", "amount")] = CURRENCY_DECIMALS[charter["economy"]["currency"]]
    for (section, key), most in places.items():
        text = charter.get(section, {}).get(key)
        if text is None:
            continue
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
            return f"{section}.{key}: not of the form digits[.digits]"
        # The written digits count, zeros too.
        if len(text.partition(".")[2]) > most:
            return f"{section}.{key}: more than {most} decimals"
    return None


def _sense_problem(charter: dict) -> str | None:
    for section, key in RATES:
        text = charter.get(section, {}).get(key)
        if text is not None and exact(text) > 1:
            return f"{section}.{key}: above 1"
    for section, key in [("points", "authorised"), ("points", "issue_price"), ("grant", "per")]:
        text = charter[section].get(key)
        if text is not None and exact(text) == 0:
            return f"{section}.{key}: not positive"
    terms = Terms(charter)
    if terms.authorised > 9_000_000_000 * NANO:
        return "points.authorised: above 9,000,000,000"
    if terms.multiple > 10:
        return "quota.multiple: above 10"
    if terms.reserve_rate * terms.grant_rate >= terms.multiple:
        return "quota.multiple: not above reserve.rate x grant.rate"
    if terms.grant_rate * (1 + (terms.referral_rate or 0)) > 1:
        return "referral.rate: grant.rate x (1 + referral.rate) is above 1"
    if terms.founding_amount > 10**12:
        return "founding.amount: above 10^12 minor units"
    if terms.founding_points > terms.authorised:
        return "founding.amount: more points than authorised"
    return None


class Terms:
    """A sound charter's numbers, exact: money in minor units, points in nano-points."""

    def __init__(self, charter: dict) -> None:
        self.currency = charter["economy"]["currency"]
        minor = 10 ** CURRENCY_DECIMALS[self.currency]
        self.authorised = int(exact(charter["points"]["authorised"]) * NANO)
        # Minor units per nano-point.
        self.issue_price = exact(charter["points"]["issue_price"]) * minor / NANO
        self.founding_amount = int(exact(charter.get("founding", {}).get("amount", "0")) * minor)
        self.founding_points = self.founding_amount // self.issue_price
        self.reserve_rate = exact(charter["reserve"]["rate"])
        self.reserve_of = charter["reserve"]["of"]
        self.grant_rate = exact(charter["grant"]["rate"])
        per = charter["grant"].get("per")
        self.per = None if per is None else exact(per) * minor
        referral = charter.get("referral")
        self.referral_rate = None if referral is None else exact(referral["rate"])
        self.multiple = exact(charter["quota"]["multiple"])
        self.dividend_rate = exact(charter.get("dividend", {}).get("rate", "0"))
        self.fee = exact(charter["redemption"]["fee"])
        self.merchant_fee = exact(
            charter["redemption"].get("merchant_fee", charter["redemption"]["fee"])
        )
