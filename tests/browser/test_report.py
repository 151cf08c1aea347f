"""The lab's report and its sheet, as a person looks at them: on a phone, a desktop, on paper."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from patronage.cli.documents import ECHARTS
from patronage.lab.report import Language, compose, page, sheet
from tests.browser.conftest import SCREENSHOTS, SIZES
from tests.unit.lab.studies import material

# Labels that cover one another (their boxes are higher than their digits), and charts that are cut
# off or were not drawn.
FAULTS = """() => {
  const faults = [];
  for (const chart of document.querySelectorAll(".chart")) {
    const name = chart.getAttribute("aria-label");
    const svg = chart.querySelector("svg");
    if (!svg || svg.querySelectorAll("path").length < 3) {
      faults.push("not drawn: " + name);
      continue;
    }
    const frame = chart.getBoundingClientRect();
    const boxes = [...svg.querySelectorAll("text")].map((text) => text.getBoundingClientRect());
    for (const [at, box] of boxes.entries()) {
      const isIn = box.left > frame.left - 1 && box.right < frame.right + 1;
      if (!isIn || box.bottom > frame.bottom + 1) faults.push("cut off: " + name);
      for (const other of boxes.slice(at + 1)) {
        const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
        const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
        if (across > 1 && down > 5) faults.push("labels overlap: " + name);
      }
    }
  }
  if (document.documentElement.scrollWidth > innerWidth) faults.push("wider than the screen");
  return faults;
}"""


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("language", Language)
def test_a_report_and_its_sheet(language: Language, chromium: Browser, tmp_path: Path) -> None:
    report, one_page = tmp_path / "report.html", tmp_path / "sheet.html"
    document = compose(material(), language)
    report.write_text(page(document, ECHARTS.read_text("utf-8")), encoding="utf-8")
    one_page.write_text(sheet(material(), language), encoding="utf-8")
    heard: list[str] = []
    for size, (width, height) in SIZES.items():
        context = chromium.new_context(viewport={"width": width, "height": height})
        view = context.new_page()
        view.on("console", lambda message: heard.append(message.text))
        view.on("pageerror", lambda error: heard.append(str(error)))
        view.on("request", lambda r: heard.append(r.url) if not r.url.startswith("file:") else None)
        for name, file in (("report", report), ("sheet", one_page)):
            view.goto(file.as_uri())
            assert view.evaluate(FAULTS) == []
            view.screenshot(
                path=SCREENSHOTS / f"{name}-{language.value}-{size}.png", full_page=True
            )
        assert pages_of(view.pdf(format="A4")) == 1
        view.goto(report.as_uri())
        assert pages_of(view.pdf(format="A4", print_background=True)) > 5
        view.wait_for_function(f"({FAULTS})().length === 0")  # the screen is as it was
        context.close()
    assert heard == []
