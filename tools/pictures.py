"""Takes the README's pictures from a demo board: .venv/bin/python tools/pictures.py"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from email import message_from_bytes, policy
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def newest_link(folder: Path, words: str) -> str:
    """The link in a letter whose subject has these words; waits until it was written."""
    for _ in range(120):
        for path in folder.glob("*.eml"):
            letter = message_from_bytes(path.read_bytes(), policy=policy.default)
            if words in str(letter["Subject"]):
                body = letter.get_body(("plain",))
                found = re.search(r"https?://\S+/links/\S+", body.get_content() if body else "")
                if found:
                    return found[0]
        time.sleep(0.5)
    sys.exit(f"no letter about {words!r} was written")


def shoot(page: Page, address: str, name: str, height: int) -> None:
    """One picture: the top of a page."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    width = page.viewport_size["width"] if page.viewport_size else 0
    clip = {"x": 0, "y": 0, "width": width, "height": height}
    page.screenshot(path=PICTURES / f"{name}.jpg", type="jpeg", quality=72, clip=clip)  # type: ignore[arg-type]


def take(browser: Browser, home: str, letters: Path) -> None:
    """Ana's desk, workroom and terms; and on a phone, the page of an approval letter."""
    page = browser.new_page(base_url=home, viewport={"width": 1120, "height": 1000})
    page.goto("/sign-in")
    page.get_by_label("E-mail", exact=True).fill("ana@example.org")
    page.get_by_label("Password", exact=True).fill("milepost-demo")
    page.get_by_role("button", name="Sign in", exact=True).click()
    shoot(page, "/", "desk", 620)
    page.get_by_role("link", name="Logo design for a bakery").first.click()
    room = page.url
    shoot(page, room, "workroom", 860)
    shoot(page, f"{room}/terms", "terms", 860)
    phone = browser.new_page(viewport={"width": 400, "height": 860}, color_scheme="dark")
    shoot(phone, newest_link(letters, "1st revision"), "letter-link", 800)


def main() -> None:
    """Fill a demo board in a temporary folder, take the pictures, stop it."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    port, home = (port := free_port()), f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        settings = {"MILEPOST_DATA_DIR": folder, "MILEPOST_PORT": str(port)}
        board = subprocess.Popen([ROOT / "milepost", "demo"], env=os.environ | settings)
        try:
            while True:
                with socket.socket() as probe:
                    if (
                        probe.connect_ex(("127.0.0.1", port)) == 0
                        and (Path(folder) / "demo-board").exists()
                    ):
                        break
                time.sleep(0.3)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=CHROMIUM,
                    args=["--no-sandbox", "--disable-background-networking"],
                )
                take(browser, home, Path(folder) / "letters")
                browser.close()
        finally:
            board.send_signal(signal.SIGTERM)
            board.wait(20)


if __name__ == "__main__":
    main()
