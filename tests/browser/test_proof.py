"""A member takes their proof from the mall and checks it in the browser, which asks nobody."""

import json
from pathlib import Path

import pytest

from patronage.ledger.log.keys import read_key
from patronage.ledger.log.proving import WrongProofError, check_proof
from patronage.tlog import Trust
from tests.browser.conftest import Arrive, Visitor
from tests.shop import Shop

# What a browser lacks in which WebCrypto knows no Ed25519, or that came without TLS.
WITHOUT = {
    "all": "",
    "Ed25519": "crypto.subtle.importKey = () => Promise.reject(new Error('unknown'))",
    "WebCrypto": "Object.defineProperty(crypto, 'subtle', { value: undefined })",
}


def taken(visitor: Visitor, folder: Path) -> Path:
    """Let a member download their proof."""
    visitor.go("/mine/")
    visitor.page.get_by_role("link", name="我的证明").or_(
        visitor.page.get_by_role("link", name="My proof")
    ).click()
    visitor.page.wait_for_load_state("networkidle")
    visitor.keep("proof")
    with visitor.page.expect_download() as download:
        visitor.page.locator("a[download]").click()
    file = folder / "proof.json"
    download.value.save_as(file)
    return file


def checked(visitor: Visitor, file: Path, key: str | None = None) -> None:
    visitor.page.locator("[name=proof]").set_input_files(file)
    if key is not None:
        visitor.page.locator("[name=key]").fill(key)
    visitor.page.locator("[data-check] button").click()


@pytest.mark.parametrize("lack", WITHOUT)
def test_a_member_checks_their_proof(
    shop: Shop, arrive: Arrive, tmp_path: Path, settings, lack: str
) -> None:
    member = arrive(shop.owner)
    file = taken(member, tmp_path)
    trust = Trust(read_key(Path(settings.LOG_KEY)).verifier)
    proved = check_proof(file.read_bytes(), trust)
    stranger = arrive(language="zh-CN")
    if WITHOUT[lack]:
        stranger.page.add_init_script(WITHOUT[lack])
    stranger.go("/log/check/")
    stranger.press("核验")
    stranger.sees("请先选择证明文件")
    asked: list[str] = []
    stranger.page.on("request", lambda request: asked.append(request.url))
    checked(stranger, file)
    stranger.sees(
        "已证明",
        shop.owner.account,
        "未证明",
        f"{proved.solvency['accounts']} 个账户",
        "恒定积分支付",
    )
    assert asked == [], "the browser asks nobody"
    stranger.keep(f"proved-without-{lack}")
    told = json.loads(file.read_bytes())
    told["balance"]["line"] = told["balance"]["line"].replace('"cash":', '"cash":1')
    file.write_text(json.dumps(told), encoding="utf-8")
    checked(stranger, file)
    stranger.sees("证明不成立", "该账户并未如文件所述计入")
    stranger.keep("refused")
    checked(stranger, file, "log.example.com/mall+00000000+AAAA")
    stranger.sees("公钥不完整")


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_logs_pages(shop: Shop, arrive: Arrive, tmp_path: Path, size: str, scheme: str) -> None:
    file = taken(arrive(shop.owner, language="en", size=size, scheme=scheme), tmp_path)
    stranger = arrive(language="en", size=size, scheme=scheme)
    stranger.go("/log/")
    stranger.sees("Public log", "log.example.com/mall", "No witness yet")
    stranger.keep("log")
    stranger.press("Check my proof")
    checked(stranger, file)
    stranger.sees("Proved", "Not proved", "against a reserve of")
    stranger.keep("proved")


def test_the_browser_judges_as_the_command_does(
    shop: Shop, arrive: Arrive, tmp_path: Path, settings
) -> None:
    """Each value of a proof, replaced by others in turn: both accept, or both name the part."""
    file = taken(arrive(shop.owner), tmp_path)
    key = read_key(Path(settings.LOG_KEY)).verifier
    told = json.loads(file.read_bytes())
    texts = [json.dumps(told)]
    places: list[tuple] = []

    def collect(value: object, path: tuple) -> None:
        if path:
            places.append(path)
        if isinstance(value, dict | list):
            items = value.items() if isinstance(value, dict) else enumerate(value)
            for name, one in items:
                collect(one, (*path, name))

    collect(told, ())
    for *before, last in places:
        for other in (None, -1, "x", "A" * 43 + "=", [], {"leaf": "{}"}, 2**60):
            changed = json.loads(texts[0])
            place = changed
            for step in before:
                place = place[step]
            place[last] = other
            texts.append(json.dumps(changed))
    note = told["checkpoint"]
    texts += [
        json.dumps({**told, "checkpoint": other})
        for other in (
            note + "— x AAAAAAAA\n", note + "x\n", note[:-1], note.replace("\n\n", "\n\n\n"),
            note.replace("— ", "- "), note.replace("\n\n", "\nextra\n\n"), "\n" + note,
            note + note[note.index("— "):], note.replace("mall", "other", 1),
        )
    ]  # fmt: skip
    visitor = arrive()
    visitor.go("/log/check/")
    for here in (False, True):
        if here:
            visitor.page.evaluate(WITHOUT["WebCrypto"])
        judged = visitor.page.evaluate(
            """async ([texts, key]) => Promise.all(texts.map((text) => Proof.check(text, key).then(
                (found) => found.movements.length, (error) => error.part || String(error))))""",
            [texts if not here else texts[:1] + texts[-9:], str(key)],
        )
        for text, verdict in zip(
            texts if not here else texts[:1] + texts[-9:], judged, strict=True
        ):
            try:
                expected: object = len(check_proof(text.encode(), Trust(key)).movements)
            except WrongProofError as error:
                expected = error.part.value
            assert verdict == expected, text[:3000]
