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
    rows = [(say(*FIGURES[key]), value) for key, value in _values(material.charter, language)]
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


def _values(charter: Charter, language: Language) -> list[tuple[str, str]]:
    say, exponent, currency = language.say, charter.minor_unit_exponent, charter.currency
    minor, nano = charter.issue_price
    of = say(*{"revenue": ("revenue", "销售额"), "profit": ("profit", "利润")}[charter.reserve_of])
    values = [
        ("founding.amount", f"{money(charter.founding_minor, exponent)} {currency}"),
        ("points.authorised", f"{_plain(Fraction(charter.authorised_nano, NANO), group=True)}"),
        ("points.issue_price", f"{_plain(Fraction(minor * NANO, nano * 10**exponent))} {currency}"),
        (
            "reserve.rate",
            say(
                f"{_rate(charter.reserve_micro)} of {of}", f"{of}的 {_rate(charter.reserve_micro)}"
            ),
        ),
        ("grant.rate", _rate(charter.grant_micro)),
    ]
    if charter.per_micro is not None:
        per = Fraction(charter.per_micro, MICRO * 10**exponent)
        values.append(("grant.per", f"{_plain(per)} {currency}"))
    if charter.referral_micro is not None:
        values.append(("referral.rate", _rate(charter.referral_micro)))
    values += [
        ("quota.multiple", _plain(Fraction(charter.multiple_micro, MICRO))),
        (
            "dividend.rate",
            say(
                f"{_rate(charter.dividend_micro)} of profit",
                f"利润的 {_rate(charter.dividend_micro)}",
            ),
        ),
        ("redemption.fee", _rate(charter.fee_micro)),
        ("redemption.merchant_fee", _rate(charter.merchant_fee_micro)),
    ]
    return values


def _rate(micro: int) -> str:
    return _plain(Fraction(micro * 100, MICRO)) + "\N{NO-BREAK SPACE}%"


def _plain(value: Fraction, *, group: bool = False) -> str:
    whole, fraction = divmod(round(value * 10**9), 10**9)
    text = f"{whole:,}" if group else str(whole)
    return f"{text}.{fraction:09}".rstrip("0").rstrip(".")
