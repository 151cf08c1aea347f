"""The charter a report is about, and what the report assumes."""

from fractions import Fraction

from patronage.economy import Charter
from patronage.economy.charter import MICRO, NANO
from patronage.lab.report.document import Column, Section, Table
from patronage.lab.report.language import Language, money
from patronage.lab.report.material import Material
from patronage.lab.report.names import FIGURES


def rules(material: Material, language: Language) -> Section:
    """Show the charter's figures and the assumptions."""
    say = language.say
    charter = material.charter
    rows = [
        (say(*words), _written(charter, key, value, language))
        for key, words in FIGURES.items()
        if (value := figure(charter, key)) is not None
    ]
    table = Table(
        "charter",
        say(f"The charter “{material.charter.name}”", f"章程“{material.charter.name}”"),
        [
            Column("figure", say("figure", "参数"), "text"),
            Column("value", say("value", "取值"), "text"),
        ],
        rows,
    )
    return Section(
        "rules", say("Charter and assumptions", "章程与假定"), [*material.assumptions, table]
    )


def figure(charter: Charter, key: str) -> Fraction | None:
    """Return a figure of a charter as its file has it; None where the charter has none."""
    unit = 10**charter.minor_unit_exponent
    minor, nano = charter.issue_price
    micro = {
        "grant.per": None if charter.per_micro is None else Fraction(charter.per_micro, unit),
        "reserve.rate": charter.reserve_micro,
        "grant.rate": charter.grant_micro,
        "referral.rate": charter.referral_micro,
        "quota.multiple": charter.multiple_micro,
        "dividend.rate": charter.dividend_micro,
        "redemption.fee": charter.fee_micro,
        "redemption.merchant_fee": charter.merchant_fee_micro,
    }
    match key:
        case "founding.amount":
            return Fraction(charter.founding_minor, unit)
        case "points.authorised":
            return Fraction(charter.authorised_nano, NANO)
        case "points.issue_price":
            return Fraction(minor * NANO, nano * unit)
    value = micro[key]
    return None if value is None else Fraction(value) / MICRO


def _written(charter: Charter, key: str, value: Fraction, language: Language) -> str:
    say, currency = language.say, charter.currency
    rate = _plain(value * 100) + "\N{NO-BREAK SPACE}%"
    match key:
        case "founding.amount":
            exponent = charter.minor_unit_exponent
            return f"{money(charter.founding_minor, exponent)} {currency}"
        case "points.authorised":
            return _plain(value)
        case "points.issue_price" | "grant.per":
            return f"{_plain(value)} {currency}"
        case "quota.multiple":
            return _plain(value)
        case "reserve.rate" if charter.reserve_of == "revenue":
            return say(f"{rate} of revenue", f"销售额的 {rate}")
        case "reserve.rate" | "dividend.rate":
            return say(f"{rate} of profit", f"利润的 {rate}")
    return rate


def _plain(value: Fraction) -> str:
    whole, fraction = divmod(round(value * 10**9), 10**9)
    return f"{whole:,}.{fraction:09}".rstrip("0").rstrip(".")
