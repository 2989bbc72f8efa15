"""Fixtures for tests in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.parts import chromium

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


SMALL = """() => [...document.querySelectorAll(
    'button, a.button, nav a, .foot a, summary, select, textarea, input:not([type=hidden])')]
  .filter(one => one.checkVisibility() && !one.matches('.vh, .vh *'))
  .map(one => [one, (one.closest('label') || one).getBoundingClientRect()])
  .filter(([one, box]) => box.height < 43.5 || box.width < 24)
  .map(([one]) => one.outerHTML.slice(0, 90))"""
"""Controls lower than 44 px. Links within sentences are as high as their line."""

AXE = """() => axe.run({resultTypes: ['violations']}).then(found => found.violations)"""
"""What is wrong, without all that is well."""

CONTRAST = """() => axe.run({runOnly: ['color-contrast'], resultTypes: ['violations']})
  .then(found => found.violations.flatMap(one => one.nodes).map(one => one.html))"""
"""What only the scheme changes; axe is in the page already."""

LOOK = """() => ({titles: document.querySelectorAll('h1').length,
  wide: document.documentElement.scrollWidth > innerWidth})"""


class LiveServer:
    """A board behind waitress, in a thread of this process."""

    def __init__(self, app: Any, url: str, port: int) -> None:
        import waitress

        self.url = url
        self.app = app
        self._server = waitress.create_server(
            app, host="127.0.0.1", port=port, threads=4, ident=None,
            clear_untrusted_proxy_headers=True,
        )  # fmt: skip
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        """Serve until it is over. Only this thread closes the sockets that it looks at."""
        from waitress import wasyncore

        sockets = self._server._map
        while not self._over.is_set():
            wasyncore.loop(timeout=0.1, map=sockets, count=1)
        wasyncore.close_all(sockets)

    def stop(self) -> None:
        """Stop it, and wait for the requests at work."""
        self._server.task_dispatcher.shutdown()
        self._over.set()
        self._thread.join(5)
        assert not self._thread.is_alive(), "the server has not stopped"


@pytest.fixture
def live_server(app: Any, settings: Any) -> Iterator[LiveServer]:
    """A real server on a free port of this machine."""
    server = LiveServer(app, settings.url, settings.port)
    yield server
    server.stop()


class Watcher:
    """Hears what goes wrong in the pages of a test."""

    def __init__(self, home: str) -> None:
        self.homes = [home]
        self.allowed = {409, 422}
        self.troubles: list[str] = []

    def allow(self, *statuses: int) -> None:
        """Answers that this test provokes on purpose."""
        self.allowed.update(statuses)

    def allow_host(self, address: str) -> None:
        """Another host, to which this test goes on purpose."""
        self.homes.append(address)

    def watch(self, page: Any) -> None:
        """Listen to a page."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        page.on("requestfailed", self._failed)
        page.on("request", self._asked)

    def _said(self, message: Any) -> None:
        if message.type not in ("error", "warning"):
            return
        if any(f"status of {status} " in message.text for status in self.allowed):
            return
        self.troubles.append(f"console, {message.type}: {message.text}")

    def _failed(self, request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":  # left for another page, or a download
            self.troubles.append(f"failed: {request.method} {request.url} {request.failure}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((*self.homes, "data:", "blob:", "about:")):
            self.troubles.append(f"asked another host: {request.url}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The system's Chromium, started once a worker."""
    from playwright.sync_api import sync_playwright

    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def watcher(live_server: LiveServer) -> Iterator[Watcher]:
    """Fails the test when a page had a console error, a CSP violation or a failed request."""
    watcher = Watcher(live_server.url)
    yield watcher
    assert not watcher.troubles, "\n".join(watcher.troubles)


@pytest.fixture
def new_page(
    browser: Any, live_server: LiveServer, watcher: Watcher, sign_in: Callable[[Any], str]
) -> Iterator[Callable[..., Any]]:
    """Make a page with cookies of its own: new_page(js=False, width=400, person=bob)."""
    contexts = []

    def make(
        *,
        js: bool = True,
        width: int = 1200,
        height: int = 900,
        scheme: str = "light",
        person: Any = None,
    ) -> Any:
        context = browser.new_context(
            base_url=live_server.url,
            java_script_enabled=js,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/Berlin",
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        if person is not None:
            cookie = _cookie(live_server.app, sign_in(person))
            context.add_cookies([{**cookie, "url": live_server.url}])
        page = context.new_page()
        watcher.watch(page)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """One page, with scripts, of the width of a laptop."""
    return new_page()


def _cookie(app: Any, sign_in: str) -> dict[str, str]:
    """The session cookie of a browser that holds that sign-in."""
    signer = app.session_interface.get_signing_serializer(app)
    value = signer.dumps({"_user_id": sign_in, "_fresh": True, "_permanent": True})
    return {"name": app.config["SESSION_COOKIE_NAME"], "value": value}


def axe_findings(page: Any) -> list[str]:
    """What axe finds on the page as it is shown; nothing, when it is well."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate(Axe().axe_script)
    return [
        f"{one['id']}: {one['help']} at {', '.join(str(n['target']) for n in one['nodes'][:5])}"
        for one in page.evaluate(AXE)
    ]


def page_findings(page: Any) -> list[str]:
    """All that is wrong on the page as it is shown: axe's findings, the contrast of the dark

    scheme too, titles, controls that are too small, and what is wider than the window.
    """
    page.emulate_media(color_scheme="light")
    found = page.evaluate(LOOK)
    wrong = [] if found["titles"] == 1 else [f"{found['titles']} titles"]
    wrong += ["wider than the window"] if found["wide"] else []
    wrong += [f"small: {one}" for one in page.evaluate(SMALL)]
    wrong += axe_findings(page)
    page.emulate_media(color_scheme="dark")
    return wrong + [f"dark: {one}" for one in page.evaluate(CONTRAST)]
