"""Puts a report together, section by section."""

from patronage.lab.report import history, outlook, people, rules
from patronage.lab.report.document import Document
from patronage.lab.report.language import Language
from patronage.lab.report.material import Material


def compose(material: Material, language: Language) -> Document:
    """Put a report together in a language."""
    say = language.say
    first, last = material.since_until()
    currency = material.charter.currency
    sections = (
        history.summary(material, language),
        history.runs(material, language),
        history.history(material, language),
        history.uses(material, language),
        people.cohorts(material, language),
        people.times(material, language),
        outlook.operator(material, language),
        people.concentration(material, language),
        outlook.stop(material, language),
        outlook.sensitivity(material, language),
        rules.rules(material, language),
    )
    what = (
        say("Backtest: past orders under this charter", "回测：过去的订单在此章程下的结果")
        if material.is_past
        else say("Simulation: assumed years under this charter", "模拟：假定的年份在此章程下的结果")
    )
    return Document(
        language=language,
        title=material.title,
        lead=[
            say(
                f"{what}. {first} to {last}, money in {currency}.",
                f"{what}。{first} 至 {last}，金额单位 {currency}。",
            )
        ],
        sections=[section for section in sections if section is not None],
        foot=say(
            "Made with Patronage. Later orders lift earlier points; if sales stop, nothing "
            "does but "
            "fees and the operator's own money. A quota is a ceiling, not a promise.",
            "由惠顾生成。后来的订单抬升先前的积分；停止销售后，只有手续费与运营方自己的钱还能抬升价格。"
            "分红额度是上限，不是承诺。",
        ),
        exponent=material.exponent,
    )
