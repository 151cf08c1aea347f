"""How behaviour is stated on the command line, and how it is said back."""

import re
from fractions import Fraction
from typing import Any, Final

from patronage.cli import show
from patronage.cli.words import fail, say
from patronage.lab.behaviour import Behaviour, Trigger

_DECIMAL: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,6})?")


def read_share(text: str, option: str) -> Fraction:
    """Read a decimal from 0 to 1."""
    if not _DECIMAL.fullmatch(text) or Fraction(text) > 1:
        fail(
            f"{option} must be a decimal between 0 and 1, like 0.4, not {text!r}.",
            f"{option} 必须是 0 到 1 之间的小数，如 0.4，而不是 {text!r}。",
        )
    return Fraction(text)


def read_behaviour(
    redeem: str | None, convert: str | None, spend: str | None, seed: int
) -> Behaviour:
    """Read the behaviour that the options state."""
    redeeming = None if redeem is None else _trigger(redeem, "--redeem")
    converting = None if convert is None else _trigger(convert, "--convert")
    if redeeming and converting and redeeming.share + converting.share > 1:
        fail(
            "the shares of --redeem and --convert are different members and must not exceed 1 "
            "together.",
            "--redeem 与 --convert 的份额合计不得超过 1：两者是不同的会员。",
        )
    return Behaviour(
        redeem=redeeming,
        convert=converting,
        spend=Fraction(0) if spend is None else read_share(spend, "--spend"),
        seed=seed,
    )


def _trigger(text: str, option: str) -> Trigger:
    share, _, multiple = text.partition("@")
    numbers = [Fraction(part) for part in (share, multiple) if _DECIMAL.fullmatch(part)]
    if len(numbers) < 2 or numbers[0] > 1 or numbers[1] < 1:
        fail(
            f"{option} must be SHARE@MULTIPLE, a share of at most 1 and a multiple of at least 1, "
            f"like 0.2@3, not {text!r}.",
            f"{option} 必须是 份额@倍数，份额至多为 1，倍数至少为 1，如 0.2@3，而不是 {text!r}。",
        )
    return Trigger(numbers[0], numbers[1])


def behaviour_words(behaviour: Behaviour) -> str:
    """Say what is assumed of the members."""
    stated = []
    if trigger := behaviour.redeem:
        share, multiple = _percent(trigger.share), _plain(trigger.multiple)
        stated.append(
            say(
                f"{share} of the members redeem all their points once the price is {multiple} "
                "times that at their first order",
                f"{share} 的会员在价格达到其首单时的 {multiple} 倍后卖出全部积分",
            )
        )
    if trigger := behaviour.convert:
        share, multiple = _percent(trigger.share), _plain(trigger.multiple)
        stated.append(
            say(
                f"{share} of the members convert all their points into coins at {multiple} times",
                f"{share} 的会员在达到 {multiple} 倍后把全部积分转换为恒定积分",
            )
        )
    if behaviour.spend:
        share = _percent(behaviour.spend)
        stated.append(
            say(
                f"{share} of those holding coins spend them at a merchant at the end of each month",
                f"每月末，持有恒定积分者中有 {share} 在商家花完",
            )
        )
    if not stated:
        return say(
            "No behaviour is stated: nobody redeems or converts unless compelled (see --redeem, "
            "--convert, --spend).",
            "未设定行为：除强制卖出外无人卖出或转换（见 --redeem、--convert、--spend）。",
        )
    return say("Stated behaviour: ", "设定的行为：") + say("; ", "；").join(stated) + say(".", "。")


def behaviour_as_json(behaviour: Behaviour) -> dict[str, Any]:
    """Return the behaviour with its decimals as texts."""

    def trigger(trigger: Trigger | None) -> dict[str, str] | None:
        return trigger and {name: _plain(value) for name, value in trigger._asdict().items()}

    return {
        "redeem": trigger(behaviour.redeem),
        "convert": trigger(behaviour.convert),
        "spend": _plain(behaviour.spend),
        "seed": behaviour.seed,
    }


def _percent(share: Fraction) -> str:
    return _plain(share * 100) + " %"


def _plain(value: Fraction) -> str:
    text = show.decimal(value, 6).replace(",", "")
    return text.rstrip("0").rstrip(".")
