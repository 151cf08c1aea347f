"""`patronage attack`: a search for what breaks a charter's promises or pays someone too much."""

import json
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from patronage.cli import options, show
from patronage.cli.bounds import BOUNDS as WORDS
from patronage.cli.bounds import advice, breach_words
from patronage.cli.files import forbid_overwriting, read_bytes, read_charter
from patronage.cli.words import fail, say
from patronage.economy import Refusal
from patronage.economy.events import FORMS
from patronage.lab.attack import BOUNDS, EVENTS_MAX, Finding, Search
from patronage.lab.attack.moves import MEMBERS, MERCHANTS

_EVERY_SECONDS = 0.5
_EVENTS_SHOWN = 12
_KINDS = {
    "promise": (
        ("No promise of the rule book was broken ({} promises).", "规则书的 {} 项承诺未见被打破。"),
        (
            "{} of {} promises of the rule book were broken.",
            "规则书的承诺被打破 {} 项（共 {} 项）。",
        ),
    ),
    "overpaid": (
        (
            "Nobody was paid more than the rules say ({} rules).",
            "未见有人所得多于规则（{} 条规则）。",
        ),
        ("{} of {} rules on what is paid were broken.", "支付规则被打破 {} 条（共 {} 条）。"),
    ),
    "charter": (
        ("No buyer lost by thin supply.", "未见购物者因流通量稀薄而受损。"),
        ("A buyer lost by thin supply.", "有购物者因流通量稀薄而受损。"),
    ),
}


def attack(
    charter: options.CharterFile,
    minutes: Annotated[
        float,
        typer.Option(min=0.01, max=10_000, help=say("How long to search.", "搜索多久（分钟）。")),
    ] = 1.0,
    seed: Annotated[
        int,
        typer.Option(
            help=say(
                "The same seed tries the same sequences, another one others.",
                "同一种子尝试同样的序列，换一个则不同。",
            )
        ),
    ] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "Where the events of what is found are written; else NAME.attack.jsonl, here. "
                "A second finding goes to NAME.attack.2.jsonl.",
                "把发现的事件写到哪里；默认写到当前目录的 NAME.attack.jsonl，"
                "第二项发现写到 NAME.attack.2.jsonl。",
            )
        ),
    ] = None,
    *,
    as_json: options.AsJson = False,
) -> None:
    """Search for events that break a promise or pay too much: exit code 1 if any are found."""
    out = out or Path(f"{charter.stem}.attack.jsonl")
    forbid_overwriting([charter], [("--out", out)])
    if not out.parent.is_dir():  # said before the search, not after it
        fail(
            f"the folder {out.parent} of --out does not exist; make it or name another.",
            f"--out 所在的文件夹 {out.parent} 不存在；请先创建或另取名称。",
        )
    read_charter(charter)
    document = tomllib.loads(read_bytes(charter).decode("utf-8-sig"))
    search = Search(document, seed)
    seconds = _run(search, minutes * 60)
    findings = [search.findings[bound] for bound in BOUNDS if bound in search.findings]
    files = [out, *(out.with_name(f"{out.stem}.{n}{out.suffix}") for n in range(2, len(BOUNDS)))]
    files = files[: len(findings)]
    forbid_overwriting([charter], [("--out", file) for file in files])
    for finding, file in zip(findings, files, strict=True):
        _write(finding, file)
    if as_json:
        show.json_line(_document(search, seed, seconds, findings, files))
    else:
        _print_search(search, seed, seconds)
        for finding, file in zip(findings, files, strict=True):
            _print_finding(finding, file, search, charter)
        _print_verdict(search)
    if findings:
        raise typer.Exit(1)


def _run(search: Search, seconds: float) -> float:
    """Search for so long, or until interrupted; say on stderr how far it is; return how long."""
    started = shown = now = time.perf_counter()
    try:
        while now - started < seconds:
            search.step()
            now = time.perf_counter()
            if sys.stderr.isatty() and now - shown > _EVERY_SECONDS:
                shown = now
                _say_progress(search, now - started, seconds)
    except KeyboardInterrupt:  # what was searched until now is told
        now = time.perf_counter()
    if sys.stderr.isatty():
        sys.stderr.write("\n")
    return now - started


def _say_progress(search: Search, past: float, seconds: float) -> None:
    found = len(search.findings)
    text = say(
        f"{search.sequences:,} sequences, {found} found, {past:.0f} of {seconds:.0f} s",
        f"{search.sequences:,} 个序列，发现 {found} 项，{past:.0f}/{seconds:.0f} 秒",
    )
    sys.stderr.write(text + "\r")
    sys.stderr.flush()


def _write(finding: Finding, path: Path) -> None:
    try:
        path.write_text("".join(_line(event) + "\n" for event in finding.events), encoding="utf-8")
    except OSError as error:
        fail(
            f"cannot write {path} ({error.strerror}); name another file with --out.",
            f"无法写入 {path}（{error.strerror}）；请用 --out 指定另一个文件。",
        )


def _line(event: dict[str, Any]) -> str:
    return json.dumps(event, ensure_ascii=False)


def _print_search(search: Search, seed: int, seconds: float) -> None:
    """Say what was tried."""
    events = search.events.total()
    kinds, codes = len(search.events), len(search.refusals)
    refused = search.refusals.total()
    members, merchants = len(MEMBERS), len(MERCHANTS)
    show.paragraph(
        say(
            f"{search.charter.name}: {search.sequences:,} sequences of up to {EVENTS_MAX} events "
            f"in {seconds:.0f} seconds, seed {seed}. {events:,} events of {kinds} of {len(FORMS)} "
            f"types by {members} members and {merchants} merchants; {refused:,} were refused, for "
            f"{codes} of {len(Refusal)} reasons; {search.compulsory_redemptions:,} compulsory "
            "redemptions.",
            f"{search.charter.name}：种子 {seed}，{seconds:.0f} 秒内尝试了 {search.sequences:,} "
            f"个序列（每个至多 {EVENTS_MAX} 个事件）。共 {events:,} 个事件，涉及 {len(FORMS)} "
            f"种中的 {kinds} 种，来自 {members} 名会员和 {merchants} 个商家；其中 {refused:,} "
            f"个被拒绝，涉及 {len(Refusal)} 种理由中的 {codes} 种；强制卖出 "
            f"{search.compulsory_redemptions:,} 次。",
        )
    )
    show.console.print()


def _print_finding(finding: Finding, file: Path, search: Search, charter: Path) -> None:
    """Say what broke, how, and how to see it again."""
    words = WORDS[finding.bound]
    show.paragraph(say("✗ Broken: ", "✗ 被打破：") + say(*words.sentence), style="bold red")
    show.paragraph(say("Source: ", "出处：") + say(*words.source), indent="  ")
    number = len(finding.events)
    told = breach_words(finding, search.charter)
    show.paragraph(
        say(f"By event {number}: {told}.", f"由第 {number} 个事件：{told}。"),
        indent="  ",
    )
    show.paragraph(
        say("The shortest sequence found, in minor units:", "找到的最短序列（最小货币单位）："),
        indent="  ",
    )
    for text in _shown(finding.events):
        show.console.print(f"    {text}")
    show.paragraph(advice(finding), indent="  ")
    show.paragraph(
        say("See it again: ", "重现：") + f"patronage replay {charter} {file}", indent="  "
    )
    show.console.print()


def _shown(events: Sequence[dict[str, Any]]) -> list[str]:
    """Return the events as lines, those in the middle of many left out."""
    lines = [_line(event) for event in events]
    if len(lines) <= _EVENTS_SHOWN:
        return lines
    half = _EVENTS_SHOWN // 2
    left_out = len(lines) - 2 * half
    return [*lines[:half], say(f"… {left_out} more …", f"…… 另有 {left_out} 个 ……"), *lines[-half:]]


def _print_verdict(search: Search) -> None:
    """Say for each kind of bound whether it held, and what that means."""
    for kind, (holds, breaks) in _KINDS.items():
        bounds = [bound for bound, one in BOUNDS.items() if one == kind]
        broken = sum(bound in search.findings for bound in bounds)
        if broken:
            show.paragraph("✗ " + say(*breaks).format(broken, len(bounds)), style="red")
        else:
            show.paragraph("✓ " + say(*holds).format(len(bounds)), style="green")
    show.console.print()
    show.paragraph(
        say(
            "This is a search and no proof: what it does not find may still be there. It tries the "
            "rules alone, each event judged after the one before it; not the pages, the database, "
            "races, or what people agree on outside, such as sham orders (docs/lab.md). "
            "Another --seed tries other sequences; `patronage check` judges the charter by "
            "reasoning.",
            "这是搜索，不是证明：没有找到的仍可能存在。它只尝试规则本身，事件逐个判定；"
            "不涉及网页、数据库、并发，也不涉及系统之外的行为，例如虚假订单（见 docs/lab.md）。"
            "换一个 --seed 会尝试其他序列；`patronage check` 则以推理评判章程。",
        )
    )


def _document(
    search: Search, seed: int, seconds: float, findings: Sequence[Finding], files: Sequence[Path]
) -> dict[str, Any]:
    return {
        "charter": search.charter.name,
        "seed": seed,
        "seconds": round(seconds, 3),
        "sequences": search.sequences,
        "events": dict(sorted(search.events.items())),
        "refusals": dict(sorted(search.refusals.items())),
        "compulsory_redemptions": search.compulsory_redemptions,
        "bounds": dict(BOUNDS),
        "findings": [
            {
                "bound": finding.bound,
                "kind": BOUNDS[finding.bound],
                "sentence": say(*WORDS[finding.bound].sentence),
                "source": say(*WORDS[finding.bound].source),
                "account": finding.account or None,
                "figure": finding.figure,
                "detail": finding.detail or None,
                "allowed": list(finding.allowed.as_integer_ratio()),
                "found": list(finding.found.as_integer_ratio()),
                "file": str(file),
                "events": finding.events,
            }
            for finding, file in zip(findings, files, strict=True)
        ],
    }
