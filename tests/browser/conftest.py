"""A server, a browser, and people who use it.

Every page is watched: a message in the console, a request to another host or an answer of 500 fails
the test.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from patronage.members.models import Person
from tests.shop import fresh, furnished, migrated, proof, shop

__all__ = ["fresh", "furnished", "migrated", "shop"]

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
_PATIENCE = 15_000  # milliseconds
BACKEND = "django.contrib.auth.backends.ModelBackend"

# Playwright's loop runs in this thread, where Django would refuse to ask the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    # A browser that leaves in the middle of an answer is no fault.
    def handle_error(self, request: object, client_address: object) -> None: ...


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Serve the pages of whatever mall is open; return the address."""
    application = get_wsgi_application()
    with make_server("127.0.0.1", 0, application, _Server, _Quiet) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "install Debian's chromium (see .ci/run)"
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


class Visitor:
    """Someone at a browser."""

    def __init__(self, context: BrowserContext, address: str, name: str) -> None:
        self.context, self.address, self.name = context, address, name
        self.page: Page = context.new_page()
        self.page.set_default_timeout(_PATIENCE)
        self.faults: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)
        self.page.on("requestfinished", self._ended)
        self.page.on("requestfailed", self._ended)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self._shots = 0
        self._under_way: set[object] = set()

    def _heard(self, message: object) -> None:
        kind, text = message.type, message.text  # type: ignore[attr-defined]
        # The browser itself notes each answer that is no page; the tests look at those.
        if kind in ("error", "warning") and "Failed to load resource" not in text:
            self.faults.append(text)

    def _asked(self, request: object) -> None:
        self._under_way.add(request)
        url = request.url  # type: ignore[attr-defined]
        if not url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"asked {url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status} from {response.url}")

    def _ended(self, request: object) -> None:
        self._under_way.discard(request)

    def rest(self) -> None:
        """Wait until the page is there, and what it asked for has come.

        Playwright's "networkidle" would watch half a second of silence more.
        """
        self.page.wait_for_load_state()
        for _ in range(_PATIENCE):
            if not self._under_way:
                return
            self.page.wait_for_timeout(1)  # lets the browser's messages in
        pytest.fail(f"{self.page.url} waits for {self._under_way}")

    def go(self, path: str) -> Response:
        response = self.page.goto(self.address + path)
        assert response is not None
        return response

    def press(self, text: str) -> None:
        """Press the button or link that says so."""
        found = self.page.get_by_role("button", name=text, exact=True).or_(
            self.page.get_by_role("link", name=text, exact=True)
        )
        found.locator("visible=true").first.click()
        self.rest()

    def sees(self, *texts: str) -> None:
        """Wait until the page says all of it."""
        for text in texts:
            try:
                self.page.wait_for_function(
                    "text => document.body?.innerText.includes(text) === true", arg=text
                )
            except PlaywrightTimeout:
                said = self.page.locator("body").inner_text()
                pytest.fail(f"{text!r} is not on {self.page.url}:\n{said}")

    def keep(self, what: str) -> None:
        """Keep a picture of the page, which must fit the screen."""
        self._shots += 1
        self.page.wait_for_load_state()
        over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.page.evaluate(over) <= 0, f"{what} is wider than the screen"
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{self.name}-{self._shots:02}-{what}.png"
        self.page.screenshot(path=path, full_page=True)

    def sign_in(self, person: Person) -> None:
        """Put someone's session into the browser."""
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = BACKEND
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        if person.is_staff:
            session.update(proof(person))
        session.save()
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key}
        self.context.add_cookies([{**cookie, "url": self.address}])  # type: ignore[list-item]


Arrive = Callable[..., Visitor]


@pytest.fixture
def arrive(chromium: Browser, server: str, request: pytest.FixtureRequest) -> Iterator[Arrive]:
    """Let visitors come, on a phone unless told otherwise; none of them may meet a fault."""
    visitors: list[Visitor] = []
    test = request.node.name.removeprefix("test_").replace("[", "-").replace("]", "")

    def come(
        person: Person | None = None,
        *,
        size: str = "phone",
        scheme: str = "light",
        language: str = "zh-CN",
        is_watched: bool = True,
        workers: str = "block",
    ) -> Visitor:
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            locale=language,
            color_scheme=scheme,  # type: ignore[arg-type]
            service_workers=workers,  # type: ignore[arg-type]
        )
        visitor = Visitor(context, server, f"{test}-{len(visitors)}")
        if person is not None:
            visitor.sign_in(person)
        if is_watched:
            visitors.append(visitor)
        return visitor

    yield come
    for visitor in visitors:
        # Playwright says so itself where it keeps service workers away.
        faults = [fault for fault in visitor.faults if "Service Worker" not in fault]
        visitor.context.close()
        assert faults == []
