"""The charter: an economy's parameters, read strictly."""

import re
import tomllib
from dataclasses import dataclass
from typing import Final, Literal

from patronage.economy.currencies import MINOR_UNIT_EXPONENTS

NANO: Final = 10**9
"""Nano-points in a point."""
MICRO: Final = 10**6
"""Rates have at most six decimals and are held in millionths."""

_FOUNDING_MINOR_MAX = 10**12
_AUTHORISED_NANO_MAX = 9 * 10**18
_MULTIPLE_MICRO_MAX = 10 * MICRO
# int() refuses more than 4,300 digits; no honest figure has a hundredth of them.
_DIGITS_MAX = 40

_DECIMAL = re.compile(r"([0-9]+)(?:\.([0-9]+))?")

_SECTIONS: dict[str, tuple[set[str], set[str]]] = {  # section: required keys, optional keys
    "economy": ({"name", "currency"}, {"timezone"}),
    "founding": ({"amount"}, set()),
    "points": ({"authorised", "issue_price"}, set()),
    "reserve": ({"rate", "of"}, set()),
    "grant": ({"rate", "mode"}, {"per"}),
    "referral": ({"rate"}, set()),
    "quota": ({"multiple"}, set()),
    "dividend": ({"rate"}, set()),
    "redemption": ({"fee"}, {"merchant_fee"}),
    "hold": ({"days"}, set()),
}
_OPTIONAL_SECTIONS = {"founding", "referral", "dividend", "hold"}


class CharterError(ValueError):
    """A charter that cannot be used: names the key and the reason."""

    def __init__(self, key: str, reason: str) -> None:
        self.key = key
        self.reason = reason
        shown = key if key.isprintable() else ascii(key)
        super().__init__(f"{shown}: {reason}" if key else reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """The parameters of one economy, as exact integers.

    Rates and the multiple are in millionths (`_micro`), money in minor units, points in
    nano-points.
    `issue_price` and `per` may be finer than a minor unit: `issue_price` is a pair (minor units,
    nano-points) in which so many minor units buy so many nano-points; `per_micro` is in millionths
    of a minor unit for a whole point, None in value mode.
    `referral_micro` is None where the charter has no referral section.
    """

    name: str
    currency: str
    minor_unit_exponent: int
    timezone: str | None
    founding_minor: int
    authorised_nano: int
    issue_price: tuple[int, int]
    reserve_micro: int
    reserve_of: Literal["revenue", "profit"]
    grant_micro: int
    per_micro: int | None
    referral_micro: int | None
    multiple_micro: int
    dividend_micro: int
    fee_micro: int
    merchant_fee_micro: int
    hold_days: int

    @property
    def founding_nano(self) -> int:
        """Founding points: ⌊founding amount / issue price⌋, in nano-points."""
        minor, nano = self.issue_price
        return self.founding_minor * nano // minor


def load_charter(source: bytes) -> Charter:
    """Read a charter file's bytes (TOML in UTF-8).

    Raises CharterError, naming the key and the reason.
    """
    try:
        document = tomllib.loads(source.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CharterError("", f"not UTF-8 text (byte {error.start})") from None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise CharterError("", f"not valid TOML: {error}") from None
    return parse_charter(document)


def parse_charter(document: object) -> Charter:
    """Judge a charter given as nested tables (a parsed TOML file or an event's JSON object).

    Raises CharterError, naming the key and the reason.
    """
    tables = _tables(document)
    economy, points, reserve = tables["economy"], tables["points"], tables["reserve"]
    grant, redemption = tables["grant"], tables["redemption"]

    name = _text(economy, "economy.name")
    currency = _text(economy, "economy.currency")
    if currency not in MINOR_UNIT_EXPONENTS:
        raise CharterError("economy.currency", "must be an ISO 4217 code with a minor unit")
    exponent = MINOR_UNIT_EXPONENTS[currency]
    timezone = _text(economy, "economy.timezone") if "timezone" in economy else None

    authorised_nano = _decimal(points, "points.authorised", 9)
    if not 0 < authorised_nano <= _AUTHORISED_NANO_MAX:
        raise CharterError("points.authorised", "must be above 0 and at most 9000000000")
    issue_price_micro = _decimal(points, "points.issue_price", 6)
    if issue_price_micro == 0:
        raise CharterError("points.issue_price", "must be above 0")

    reserve_micro = _rate(reserve, "reserve.rate")
    reserve_of = _choice(reserve, "reserve.of", ("revenue", "profit"))
    grant_micro = _rate(grant, "grant.rate")
    mode = _choice(grant, "grant.mode", ("value", "units"))
    per_micro = _per(grant, mode, exponent)

    referral_micro = _rate(tables["referral"], "referral.rate") if "referral" in tables else None
    if grant_micro * (MICRO + (referral_micro or 0)) > MICRO * MICRO:
        raise CharterError(
            "referral.rate" if referral_micro else "grant.rate",
            "grant.rate × (1 + referral.rate) must not exceed 1, or an order would give its "
            "parties more than it brings in",
        )
    multiple_micro = _decimal(tables["quota"], "quota.multiple", 6)
    if multiple_micro > _MULTIPLE_MICRO_MAX:
        raise CharterError("quota.multiple", "must be at most 10")
    if reserve_micro * grant_micro >= multiple_micro * MICRO:
        raise CharterError(
            "quota.multiple",
            "must be above reserve.rate × grant.rate, or every buyer would be bought out at once",
        )
    fee_micro = _rate(redemption, "redemption.fee")

    charter = Charter(
        name=name,
        currency=currency,
        minor_unit_exponent=exponent,
        timezone=timezone,
        founding_minor=(
            _decimal(tables["founding"], "founding.amount", exponent) if "founding" in tables else 0
        ),
        authorised_nano=authorised_nano,
        # so many millionths of a major unit a point: × 10^exponent minor units per 10⁶ × 10⁹
        issue_price=(issue_price_micro * 10**exponent, MICRO * NANO),
        reserve_micro=reserve_micro,
        reserve_of="profit" if reserve_of == "profit" else "revenue",
        grant_micro=grant_micro,
        per_micro=per_micro,
        referral_micro=referral_micro,
        multiple_micro=multiple_micro,
        dividend_micro=(_rate(tables["dividend"], "dividend.rate") if "dividend" in tables else 0),
        fee_micro=fee_micro,
        merchant_fee_micro=(
            _rate(redemption, "redemption.merchant_fee")
            if "merchant_fee" in redemption
            else fee_micro
        ),
        hold_days=_days(tables["hold"]) if "hold" in tables else 0,
    )
    if charter.founding_minor > _FOUNDING_MINOR_MAX:
        raise CharterError("founding.amount", "must be at most 10^12 minor units")
    if charter.founding_nano > authorised_nano:
        raise CharterError("founding.amount", "its points exceed points.authorised")
    return charter


def _tables(document: object) -> dict[str, dict[str, object]]:
    if not isinstance(document, dict):
        raise CharterError("", "a charter must be a table of sections")
    for section in document:
        if section not in _SECTIONS:
            raise CharterError(str(section), "unknown section")
    for section, (required, optional) in _SECTIONS.items():
        if section not in document:
            if section not in _OPTIONAL_SECTIONS:
                raise CharterError(section, "missing section")
            continue
        table = document[section]
        if not isinstance(table, dict):
            raise CharterError(section, "must be a section with keys")
        for key in table:
            if key not in required and key not in optional:
                raise CharterError(f"{section}.{key}", "unknown key")
        for key in sorted(required):
            if key not in table:
                raise CharterError(f"{section}.{key}", "missing key")
    return document


def is_unicode(text: str) -> bool:
    """Tell whether a text can be written as UTF-8: one with a lone surrogate cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _value(table: dict[str, object], path: str) -> object:
    return table[path.partition(".")[2]]


def _text(table: dict[str, object], path: str) -> str:
    value = _value(table, path)
    if not isinstance(value, str) or not is_unicode(value):
        raise CharterError(path, "must be a text in quotes")
    return value


def _choice(table: dict[str, object], path: str, choices: tuple[str, str]) -> str:
    value = _value(table, path)
    if value not in choices or not isinstance(value, str):
        raise CharterError(path, f'must be "{choices[0]}" or "{choices[1]}"')
    return value


def _decimal(table: dict[str, object], path: str, places: int) -> int:
    """Read a decimal text as an integer count of 10^-places."""
    value = _value(table, path)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise CharterError(path, f'must be a decimal in quotes: "{value}"')
    match = _DECIMAL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise CharterError(path, 'must be a decimal like "0.30", without sign or exponent')
    whole, fraction = match[1].lstrip("0"), match[2] or ""
    if len(fraction) > places:
        raise CharterError(path, f"may have at most {places} decimals")
    if len(whole) > _DIGITS_MAX:
        raise CharterError(path, f"may have at most {_DIGITS_MAX} digits before the point")
    return int((whole + fraction.ljust(places, "0")) or "0")


def _rate(table: dict[str, object], path: str) -> int:
    rate_micro = _decimal(table, path, 6)
    if rate_micro > MICRO:
        raise CharterError(path, "must be between 0 and 1")
    return rate_micro


def _per(grant: dict[str, object], mode: str, exponent: int) -> int | None:
    if mode == "value":
        if "per" in grant:
            raise CharterError("grant.per", 'only with mode = "units"')
        return None
    if "per" not in grant:
        raise CharterError("grant.per", 'missing key: mode = "units" needs it')
    per_micro = _decimal(grant, "grant.per", 6)
    if per_micro == 0:
        raise CharterError("grant.per", "must be above 0")
    minor_units: int = 10**exponent
    return per_micro * minor_units


def _days(table: dict[str, object]) -> int:
    days = table["days"]
    if not isinstance(days, int) or isinstance(days, bool) or days < 0:
        raise CharterError("hold.days", "must be a whole number of days, 0 or more, without quotes")
    return days
