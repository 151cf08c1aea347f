"""Charters are read strictly: what is refused, and with which words, as the rule book says."""

import copy
import json
import random
import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

from patronage.economy import Charter, CharterError, load_charter, parse_charter
from patronage.economy.currencies import MINOR_UNIT_EXPONENTS
from tests.model import charter_problem
from tests.model.charter import CURRENCY_DECIMALS, Terms

ROOT = Path(__file__).resolve().parents[3]

FULL = """
[economy]
name = "Everything"
currency = "CNY"
timezone = "Asia/Shanghai"
[founding]
amount = "100.25"
[points]
authorised = "1000"
issue_price = "1.5"
[reserve]
rate = "0.30"
of = "revenue"
[grant]
rate = "0.7"
mode = "units"
per = "2.000001"
[referral]
rate = "0.1"
[quota]
multiple = "2.5"
[dividend]
rate = "0.2"
[redemption]
fee = "0.1"
merchant_fee = "0.02"
[hold]
days = 7
"""
DOCUMENT = tomllib.loads(FULL)
OPTIONAL_SECTIONS = {"founding", "referral", "dividend", "hold"}
OPTIONAL_KEYS = {"economy.timezone", "redemption.merchant_fee"}
KEYS = [f"{section}.{key}" for section, keys in DOCUMENT.items() for key in keys]
RATES = ["reserve.rate", "grant.rate", "referral.rate", "dividend.rate", "redemption.fee",
         "redemption.merchant_fee"]  # fmt: skip
DECIMALS = [
    *RATES, "founding.amount", "points.authorised", "points.issue_price", "grant.per",
    "quota.multiple",
]  # fmt: skip
TEXTS = ["economy.name", "economy.currency", "economy.timezone"]


def changed(changes: dict) -> dict:
    """Copy the full charter with some keys ("section.key") or sections changed; ... removes."""
    document = copy.deepcopy(DOCUMENT)
    for path, value in changes.items():
        section, _, key = path.partition(".")
        table, name = (document.setdefault(section, {}), key) if key else (document, section)
        if value is ...:
            del table[name]
        else:
            table[name] = value
    return document


def refusal(document: object) -> CharterError:
    with pytest.raises(CharterError) as raised:
        parse_charter(document)
    error = raised.value
    assert str(error) == (f"{error.key}: {error.reason}" if error.key else error.reason)
    assert error.reason
    assert "\n" not in str(error)
    assert charter_problem(document) is not None
    return error


def accepted(document: object) -> Charter:
    assert charter_problem(document) is None
    return parse_charter(document)


def test_every_figure_is_exact() -> None:
    assert load_charter(FULL.encode()) == Charter(
        name="Everything",
        currency="CNY",
        minor_unit_exponent=2,
        timezone="Asia/Shanghai",
        founding_minor=10025,
        authorised_nano=1000 * 10**9,
        issue_price=(150_000_000, 10**15),
        reserve_micro=300_000,
        reserve_of="revenue",
        grant_micro=700_000,
        per_micro=200_000_100,
        referral_micro=100_000,
        multiple_micro=2_500_000,
        dividend_micro=200_000,
        fee_micro=100_000,
        merchant_fee_micro=20_000,
        hold_days=7,
    )


def test_what_is_optional_has_its_default() -> None:
    absent = dict.fromkeys([*OPTIONAL_SECTIONS, *OPTIONAL_KEYS], ...)
    charter = accepted(changed({**absent, "grant.mode": "value", "grant.per": ...}))
    assert charter.timezone is None
    assert charter.founding_minor == charter.founding_nano == 0
    assert charter.per_micro is None
    assert charter.referral_micro is None
    assert charter.dividend_micro == 0
    assert charter.merchant_fee_micro == charter.fee_micro == 100_000
    assert charter.hold_days == 0
    assert accepted(changed({"referral.rate": "0"})).referral_micro == 0


def test_the_founding_points_round_down() -> None:
    assert load_charter(FULL.encode()).founding_nano == 66_833_333_333  # 100.25 / 1.5


@pytest.mark.parametrize("key", KEYS)
def test_each_key_missing(key: str) -> None:
    document = changed({key: ...})
    if key in OPTIONAL_KEYS:
        accepted(document)
    else:
        error = refusal(document)
        assert error.key == key
        assert "missing key" in error.reason


@pytest.mark.parametrize("section", DOCUMENT)
def test_each_section_missing(section: str) -> None:
    document = changed({section: ...})
    if section in OPTIONAL_SECTIONS:
        accepted(document)
    else:
        error = refusal(document)
        assert (error.key, error.reason) == (section, "missing section")


@pytest.mark.parametrize("section", DOCUMENT)
def test_each_section_empty(section: str) -> None:
    error = refusal(changed({section: {}}))
    assert error.key.startswith(section + ".")
    assert "missing key" in error.reason


@pytest.mark.parametrize("section", DOCUMENT)
def test_each_section_of_another_type(section: str) -> None:
    for value in (None, "x", 1, [], [{}], True):
        error = refusal(changed({section: value}))
        assert (error.key, error.reason) == (section, "must be a section with keys")


@pytest.mark.parametrize("key", KEYS)
def test_each_key_doubled(key: str) -> None:
    section, _, name = key.partition(".")
    line = next(
        line
        for line in FULL.partition(f"[{section}]")[2].splitlines()
        if line.startswith(name + " ")
    )
    doubled = FULL.replace(f"[{section}]", f"[{section}]\n{line}", 1)
    with pytest.raises(CharterError, match="not valid TOML"):
        load_charter(doubled.encode())


@pytest.mark.parametrize("section", DOCUMENT)
def test_each_section_doubled(section: str) -> None:
    with pytest.raises(CharterError, match="not valid TOML"):
        load_charter((FULL + f"[{section}]\n").encode())


@pytest.mark.parametrize("section", DOCUMENT)
def test_an_unknown_key(section: str) -> None:
    error = refusal(changed({f"{section}.rat": "0.1"}))
    assert (error.key, error.reason) == (f"{section}.rat", "unknown key")


def test_an_unknown_section() -> None:
    error = refusal(changed({"reserves": {}}))
    assert (error.key, error.reason) == ("reserves", "unknown section")


@pytest.mark.parametrize("document", [None, [], "x", 1, True, {}])
def test_no_charter_at_all(document: object) -> None:
    refusal(document)


@pytest.mark.parametrize("key", DECIMALS)
def test_a_number_is_refused_with_the_hint_to_quote_it(key: str) -> None:
    for value in (1, 0, 0.5):
        error = refusal(changed({key: value}))
        assert (error.key, error.reason) == (key, f'must be a decimal in quotes: "{value}"')


NO_DECIMALS = [
    None, True, [], {}, "", " ", "x", "-1", "+1", "1e0", "1E0", ".5", "1.", "1,5", "1_0", " 1",
    "1 ",
    "1\n", "0x1", "1.2.3", "１", "٣", "½", "NaN", "inf", "1\x00",
]  # fmt: skip


@pytest.mark.parametrize("key", DECIMALS)
def test_no_decimal(key: str) -> None:
    for value in NO_DECIMALS:
        error = refusal(changed({key: value}))
        assert error.key == key
        assert error.reason.startswith('must be a decimal like "0.30"')


@pytest.mark.parametrize("key", TEXTS)
def test_no_text(key: str) -> None:
    for value in (None, True, 1, 1.5, [], {}, ["CNY"]):
        error = refusal(changed({key: value}))
        assert (error.key, error.reason) == (key, "must be a text in quotes")


@pytest.mark.parametrize("key", ["reserve.of", "grant.mode"])
def test_no_choice(key: str) -> None:
    for value in (None, True, 1, [], {}, "", "Revenue", "Units", "profit "):
        error = refusal(changed({key: value}))
        assert error.key == key
        assert error.reason.startswith('must be "')


def test_no_days() -> None:
    for value in (None, True, False, -1, 7.0, "7", [], {}):
        error = refusal(changed({"hold.days": value}))
        assert error.key == "hold.days"
        assert "whole number of days" in error.reason


def test_no_currency() -> None:
    for currency in ("", "cny", "CNY ", "XAU", "XXX", "XTS", "XDR", "BTC", "RMB"):
        error = refusal(changed({"economy.currency": currency}))
        assert error.key == "economy.currency"
        assert error.reason == "must be an ISO 4217 code with a minor unit"


def test_every_currency_has_its_decimals() -> None:
    assert MINOR_UNIT_EXPONENTS == CURRENCY_DECIMALS
    for currency, exponent in MINOR_UNIT_EXPONENTS.items():
        amount = "1" + ("." + "0" * exponent if exponent else "")
        charter = accepted(changed({"economy.currency": currency, "founding.amount": amount}))
        assert charter.minor_unit_exponent == exponent
        assert charter.founding_minor == 10**exponent
        finer = amount + ("0" if exponent else ".0")
        error = refusal(changed({"economy.currency": currency, "founding.amount": finer}))
        assert error.reason == f"may have at most {exponent} decimals"


AT_THE_BOUND = [
    ({"points.authorised": "9000000000"}, {"points.authorised": "9000000000.000000001"}),
    ({"points.authorised": "66.833333333"}, {"points.authorised": "66.833333332"}),
    ({"points.authorised": "0.000000001", "founding": ...},
     {"points.authorised": "0.000000000", "founding": ...}),
    ({"points.authorised": "1.000000001", "founding": ...},
     {"points.authorised": "1.0000000010", "founding": ...}),
    ({"points.issue_price": "0.110250"}, {"points.issue_price": "0.100249"}),
    ({"points.issue_price": "0.000001", "founding.amount": "0"},
     {"points.issue_price": "0.000000", "founding.amount": "0"}),
    ({"points.issue_price": "1.234567"}, {"points.issue_price": "1.2345670"}),
    ({"grant.per": "0.000001"}, {"grant.per": "0"}),
    ({"grant.per": "1.234567"}, {"grant.per": "1.2345678"}),
    ({"reserve.rate": "1"}, {"reserve.rate": "1.000001"}),
    ({"reserve.rate": "0.123456"}, {"reserve.rate": "0.1234567"}),
    ({"reserve.rate": "0"}, {"reserve.rate": "00000000000000000000000000000000000000002"}),
    ({"grant.rate": "1", "referral": ...}, {"grant.rate": "1.000001", "referral": ...}),
    ({"grant.rate": "0.123456"}, {"grant.rate": "0.1234567"}),
    ({"grant.rate": "0", "referral.rate": "1"}, {"grant.rate": "0", "referral.rate": "1.000001"}),
    ({"grant.rate": "0.5", "referral.rate": "1"}, {"grant.rate": "0.500001", "referral.rate": "1"}),
    ({"grant.rate": "0.8", "referral.rate": "0.25"},
     {"grant.rate": "0.8", "referral.rate": "0.250001"}),
    ({"grant.rate": "1", "referral.rate": "0"}, {"grant.rate": "1", "referral.rate": "0.000001"}),
    ({"dividend.rate": "1"}, {"dividend.rate": "1.000001"}),
    ({"redemption.fee": "1"}, {"redemption.fee": "1.000001"}),
    ({"redemption.fee": "0"}, {"redemption.fee": "0.0000000"}),
    ({"redemption.merchant_fee": "1"}, {"redemption.merchant_fee": "1.000001"}),
    ({"quota.multiple": "10"}, {"quota.multiple": "10.000001"}),
    ({"quota.multiple": "10.000000"}, {"quota.multiple": "9.0000000"}),
    ({"quota.multiple": "0.210001"}, {"quota.multiple": "0.21"}),
    ({"quota.multiple": "0.000001", "reserve.rate": "0"},
     {"quota.multiple": "0", "reserve.rate": "0"}),
    ({"quota.multiple": "0.000001", "grant.rate": "0"}, {"quota.multiple": "0", "grant.rate": "0"}),
    ({"founding.amount": "10000000000.00", "points.authorised": "9000000000",
    "points.issue_price": "2"},
     {"founding.amount": "10000000000.01", "points.authorised": "9000000000",
     "points.issue_price": "2"}),
    ({"founding.amount": "1500.00"}, {"founding.amount": "1500.01"}),
    ({"founding.amount": "0.00"}, {"founding.amount": "0.000"}),
    ({"hold.days": 0}, {"hold.days": -1}),
    ({"hold.days": 10**30}, {"hold.days": 1.0}),
    ({"economy.name": ""}, {"economy.name": None}),
    ({"grant.mode": "value", "grant.per": ...}, {"grant.mode": "value"}),
    ({"grant.mode": "units"}, {"grant.mode": "units", "grant.per": ...}),
]  # fmt: skip


@pytest.mark.parametrize(("at", "past"), AT_THE_BOUND)
def test_at_each_bound_and_one_past_it(at: dict, past: dict) -> None:
    accepted(changed(at))
    error = refusal(changed(past))
    assert error.key in past or error.key in ("founding.amount", "grant.per")


@pytest.mark.parametrize(
    ("changes", "key", "reason"),
    [
        ({"points.authorised": "9000000001"}, "points.authorised",
         "must be above 0 and at most 9000000000"),
        ({"points.authorised": "0"}, "points.authorised", "must be above 0 and at most 9000000000"),
        ({"points.issue_price": "0"}, "points.issue_price", "must be above 0"),
        ({"grant.per": "0.0"}, "grant.per", "must be above 0"),
        ({"grant.mode": "value"}, "grant.per", 'only with mode = "units"'),
        ({"grant.per": ...}, "grant.per", 'missing key: mode = "units" needs it'),
        ({"quota.multiple": "10.1"}, "quota.multiple", "must be at most 10"),
        ({"quota.multiple": "0.2"}, "quota.multiple", "must be above reserve.rate × grant.rate"),
        ({"referral.rate": "0.5"}, "referral.rate", "grant.rate × (1 + referral.rate) must not"),
        ({"founding.amount": "1500.01"}, "founding.amount", "its points exceed points.authorised"),
        ({"founding.amount": "10000000000.01"}, "founding.amount",
         "must be at most 10^12 minor units"),
        ({"reserve.rate": "1.1"}, "reserve.rate", "must be between 0 and 1"),
        ({"reserve.rate": "0.1234567"}, "reserve.rate", "may have at most 6 decimals"),
        ({"points.authorised": "1" * 41}, "points.authorised", "may have at most 40 digits"),
        ({"points.authorised": "1" * 5000}, "points.authorised", "may have at most 40 digits"),
        ({"reserve.of": "turnover"}, "reserve.of", 'must be "revenue" or "profit"'),
        ({"grant.mode": "unit"}, "grant.mode", 'must be "value" or "units"'),
    ],
)  # fmt: skip
def test_the_reason_is_named(changes: dict, key: str, reason: str) -> None:
    error = refusal(changed(changes))
    assert error.key == key
    assert error.reason.startswith(reason)


@pytest.mark.parametrize("key", ["points.issue_price", "grant.per"])
def test_what_has_no_upper_bound_has_at_most_forty_digits(key: str) -> None:
    """The one place where the engine is stricter than the rule book, which names no bound here."""
    accepted(changed({key: "9" * 40 + ".999999"}))
    with pytest.raises(CharterError, match=f"{key}: may have at most 40 digits before the point"):
        parse_charter(changed({key: "1" + "0" * 40}))


def test_leading_zeros_are_no_digits() -> None:
    assert accepted(changed({"points.authorised": "0" * 5000 + "1000"})).authorised_nano == 10**12
    assert (
        accepted(changed({"points.authorised": "9" * 9, "reserve.rate": "0" * 60})).reserve_micro
        == 0
    )
    refusal(changed({"points.authorised": "1" + "0" * 39}))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"", "economy: missing section"),
        (b"\xff\xfe", "not UTF-8 text (byte 0)"),
        (FULL.encode("utf-16"), "not UTF-8 text"),
        ("名".encode("gb18030"), "not UTF-8 text"),
        (b"[economy", "not valid TOML"),
        (b"economy", "not valid TOML"),
        (b"{}", "not valid TOML"),
        (b"\x00", "not valid TOML"),
        (b"x = " + b"[" * 100_000, "not valid TOML"),
        (b"x = " + b"1" * 5000, "not valid TOML"),
        (b"economy = 1", "economy: must be a section with keys"),
        (b"[[economy]]\nname = 1", "economy: must be a section with keys"),
        (b"[hold]\ndays = 2026-01-01", "economy: missing section"),
        (FULL.replace("days = 7", "days = 2026-01-01").encode(), "hold.days: must be a whole"),
        (
            FULL.replace('"0.30"', "0.30").encode(),
            'reserve.rate: must be a decimal in quotes: "0.3"',
        ),
        (FULL.replace('"0.30"', "inf").encode(), "reserve.rate: must be a decimal in quotes"),
    ],
)
def test_a_file_that_is_no_charter(source: bytes, reason: str) -> None:
    with pytest.raises(CharterError) as raised:
        load_charter(source)
    assert str(raised.value).startswith(reason)
    assert "\n" not in str(raised.value)


def test_a_byte_order_mark_and_windows_lines_are_no_matter() -> None:
    plain = load_charter(FULL.encode())
    assert load_charter(b"\xef\xbb\xbf" + FULL.encode()) == plain
    assert load_charter(FULL.replace("\n", "\r\n").encode()) == plain


def test_a_charter_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        load_charter(FULL.encode()).fee_micro = 0


POOL = [
    None, True, False, 0, 1, 7, -1, 0.5, 1.0, "", "x", "0", "1", "10", "0.5", "0.25", "0.3",
    "0.000001",
    "0.0000001", "0.999999", "1.000001", "1.00", "2", "00.50", "1.", ".5", "-0.5", "1e1",
    "9000000000",
    "9000000000.000000001", "10000000000", "10000000000.00", "10000000000.01", "100.001", "JPY",
    "KWD",
    "CNY", "XAU", "value", "units", "revenue", "profit", [], {}, [1], {"rate": "0.1"}, "1" * 40,
    "0" * 41,
    "０", "1\n",
]  # fmt: skip


def mutated(random: random.Random) -> dict:
    """Change one to three things of a sound charter."""
    document = copy.deepcopy(DOCUMENT)
    if random.random() < 0.5:
        document["grant"] = {"rate": "0.7", "mode": "value"}
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        section = random.choice([*DOCUMENT, "extra"])
        table = document.setdefault(section, {})
        if not isinstance(table, dict) or random.random() < 0.05:
            document[section] = random.choice(POOL)
            continue
        key = random.choice([*DOCUMENT.get(section, ()),
        "extra"][: 9 if random.random() < 0.1 else -1]
                            or ["extra"])  # fmt: skip
        match random.randrange(8):
            case 0:
                table.pop(key, None)
            case 1:
                document.pop(section, None)
            case 2 | 3 | 4:
                table[key] = random.choice(POOL)
            case _:
                places = random.choice([0, 1, 2, 3, 6, 7, 9, 10])
                whole = str(random.choice([0, 0, 0, 1, 2, 9, 10, random.randrange(10**11)]))
                digits = "".join(random.choice("0123456789") for _ in range(places))
                table[key] = whole + ("." + digits if places else "")
    return document


def test_agreement_with_the_model_on_a_thousand_mutated_charters() -> None:
    seed = random.Random(20261123)
    sound = 0
    for _ in range(1000):
        document = mutated(seed)
        problem = charter_problem(document)
        try:
            charter = parse_charter(document)
        except CharterError:
            assert problem is not None, document
        else:
            assert problem is None, (document, problem)
            same_as_the_terms(charter, Terms(document))
            assert parse_charter(json.loads(json.dumps(document))) == charter
            sound += 1
    assert 100 < sound < 900, "the mutations are too wild or too tame"


def same_as_the_terms(charter: Charter, terms: Terms) -> None:
    assert charter.authorised_nano == terms.authorised
    assert Fraction(*charter.issue_price) == terms.issue_price
    assert (charter.founding_minor, charter.founding_nano) == (
        terms.founding_amount,
        terms.founding_points,
    )
    for micro, rate in (
        (charter.reserve_micro, terms.reserve_rate),
        (charter.grant_micro, terms.grant_rate),
        (charter.per_micro, terms.per),
        (charter.referral_micro, terms.referral_rate),
        (charter.multiple_micro, terms.multiple),
        (charter.dividend_micro, terms.dividend_rate),
        (charter.fee_micro, terms.fee),
        (charter.merchant_fee_micro, terms.merchant_fee),
    ):
        assert (micro is None) == (rate is None)
        assert micro is None or Fraction(micro, 10**6) == rate
    assert charter.reserve_of == terms.reserve_of
    assert charter.currency == terms.currency


@pytest.mark.parametrize("file", sorted((ROOT / "examples").glob("*.toml")), ids=lambda p: p.stem)
def test_the_example_charters_are_sound(file: Path) -> None:
    charter = load_charter(file.read_bytes())
    same_as_the_terms(charter, Terms(tomllib.loads(file.read_text(encoding="utf-8"))))
