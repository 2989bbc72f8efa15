"""A browser without scripts that is driven by what a person reads: labels, buttons, links.

`TextBrowser` speaks real HTTP to a running board; `ChromiumBrowser` drives Playwright by the same
words, so that one story runs in both (and nothing in it knows an address or a field's name).
"""

from __future__ import annotations

import re
import urllib.error
import urllib.request
import uuid
from http.cookiejar import CookieJar
from typing import Any, Protocol
from urllib.parse import urlencode, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag


class Browser(Protocol):
    """What a story may do. Labels are matched in full, or as the beginning of a name."""

    def open(self, address: str) -> None: ...
    def has(self, label: str) -> bool: ...
    def fill(self, label: str, value: str) -> None: ...
    def choose(self, label: str, option: str) -> None: ...
    def tick(self, label: str) -> None: ...
    def attach(self, label: str, name: str, content: bytes) -> None: ...
    def press(self, button: str) -> None: ...
    def follow(self, link: str) -> None: ...
    def shows(self, words: str) -> bool: ...
    @property
    def heading(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def address(self) -> str: ...


def squeeze(text: str) -> str:
    """Text on one line, as it is compared."""
    return " ".join(text.split())


def same(name: str, wanted: str) -> bool:
    """Whether an accessible name is the wanted label or begins with it as whole words."""
    name, wanted = squeeze(name).casefold(), squeeze(wanted).casefold()
    return name == wanted or bool(re.match(re.escape(wanted) + r"\W", name))


class TextBrowser:
    """Cookies, forms, links and redirects; no scripts, no styles."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.status = 0
        self.address = home + "/"
        self.soup = BeautifulSoup("", "html.parser")
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self._files: dict[int, list[tuple[str, bytes]]] = {}

    def open(self, address: str) -> None:
        """Go to an address of the board (a path, or a whole address)."""
        self._ask(urllib.request.Request(urljoin(self.address, address)))

    def _ask(self, request: urllib.request.Request) -> None:
        request.add_header("Referer", self.address)
        try:
            answer = self._opener.open(request, timeout=20)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        with answer:
            body = answer.read()
            self.status = answer.status
            self.address = answer.url
            self.body = body
            self.headers = answer.headers
        self.soup = BeautifulSoup(body.decode("utf-8", "replace"), "html.parser")
        self._files = {}

    @property
    def heading(self) -> str:
        found = self.soup.find("h1")
        return squeeze(found.get_text()) if found else ""

    @property
    def text(self) -> str:
        main = self.soup.find("main") or self.soup
        return squeeze(main.get_text(" "))

    def shows(self, words: str) -> bool:
        return words.casefold() in self.text.casefold()

    # -- finding by what is read ---------------------------------------------------------

    def _name(self, control: Tag) -> str:
        """The accessible name of a control: aria-label, its label, or its own text."""
        if label := control.get("aria-label"):
            return str(label)
        if ids := control.get("aria-labelledby"):
            parts = [self.soup.find(id=one) for one in str(ids).split()]
            return " ".join(part.get_text(" ") for part in parts if part)
        own = control.get("id")
        if own and (label := self.soup.find("label", attrs={"for": own})):
            return label.get_text(" ")
        if around := control.find_parent("label"):
            return around.get_text(" ")
        if control.name == "input":
            return str(control.get("value", ""))
        return control.get_text(" ")

    def _pick(self, found: list[Tag], wanted: str, kind: str) -> Tag:
        exact = [one for one in found if squeeze(self._name(one)).casefold() == wanted.casefold()]
        near = [one for one in found if same(self._name(one), wanted)]
        for one in exact or near:
            return one
        names = ", ".join(sorted({repr(squeeze(self._name(one))[:60]) for one in found}))
        raise AssertionError(
            f"no {kind} “{wanted}” on {self.address} ({self.status}, “{self.heading}”); "
            f"there are {names or 'none'}"
        )

    def has(self, label: str) -> bool:
        """Whether there is a field of that label."""
        return any(same(self._name(one), label) for one in self._controls())

    def _control(self, label: str) -> Tag:
        return self._pick(self._controls(), label, "field")

    def _controls(self) -> list[Tag]:
        return [
            one
            for one in self.soup.find_all(["input", "textarea", "select"])
            if one.get("type") not in ("hidden", "submit", "button", "radio", "checkbox")
        ]

    # -- typing --------------------------------------------------------------------------

    def fill(self, label: str, value: str) -> None:
        control = self._control(label)
        if control.name == "select":
            return self.choose(label, value)
        if control.name == "textarea":
            control.string = value
        else:
            control["value"] = value
        return None

    def choose(self, label: str, option: str) -> None:
        selects = self.soup.find_all("select")
        radios = self.soup.find_all("input", type="radio")
        for radio in radios:
            group = radio.find_parent("fieldset")
            legend = group.find("legend") if group else None
            if legend and same(legend.get_text(" "), label) and same(self._name(radio), option):
                for other in group.find_all("input", attrs={"name": radio["name"]}):
                    del other["checked"]
                radio["checked"] = ""
                return
        select = self._pick(selects, label, "choice")
        options = select.find_all("option")
        chosen = next(
            (one for one in options if same(one.get_text(), option) or one.get("value") == option),
            None,
        )
        assert chosen is not None, f"no option “{option}” in “{label}”"
        for one in options:
            del one["selected"]
        chosen["selected"] = ""

    def tick(self, label: str) -> None:
        boxes = self.soup.find_all("input", type="checkbox")
        self._pick(boxes, label, "box")["checked"] = ""

    def attach(self, label: str, name: str, content: bytes) -> None:
        files = self.soup.find_all("input", type="file")
        control = self._pick(files, label, "file field")
        self._files.setdefault(id(control), []).append((name, content))

    # -- acting --------------------------------------------------------------------------

    def follow(self, link: str) -> None:
        links = [one for one in self.soup.find_all("a") if one.get("href")]
        self.open(str(self._pick(links, link, "link")["href"]))

    def press(self, button: str) -> None:
        buttons = [
            one
            for one in self.soup.find_all(["button", "input"])
            if (one.name == "button" and one.get("type", "submit") == "submit")
            or one.get("type") == "submit"
        ]
        pressed = self._pick(buttons, button, "button")
        form = (
            self.soup.find("form", id=pressed["form"])
            if pressed.get("form")
            else pressed.find_parent("form")
        )
        assert isinstance(form, Tag), f"the button “{button}” belongs to no form"
        action = urljoin(self.address, str(pressed.get("formaction") or form.get("action") or ""))
        method = str(pressed.get("formmethod") or form.get("method") or "get").lower()
        fields = self._fields(form, pressed)
        if method == "get":
            plain = [(name, value) for name, value in fields if isinstance(value, str)]
            return self.open(f"{urlsplit(action)._replace(query='').geturl()}?{urlencode(plain)}")
        self._post(action, fields, multipart=form.get("enctype") == "multipart/form-data")
        return None

    def _fields(self, form: Tag, pressed: Tag) -> list[tuple[str, Any]]:
        fields: list[tuple[str, Any]] = []
        controls = form.find_all(["input", "textarea", "select"])
        if own := form.get("id"):
            controls += [
                one
                for one in self.soup.find_all(["input", "textarea", "select"], form=own)
                if one not in controls
            ]
        for control in controls:
            name, kind = control.get("name"), control.get("type", "text")
            if not name or control.has_attr("disabled") or kind in ("submit", "button", "image"):
                continue
            if kind in ("radio", "checkbox"):
                if control.has_attr("checked"):
                    fields.append((str(name), str(control.get("value", "on"))))
            elif kind == "file":
                chosen = self._files.get(id(control)) or [("", b"")]
                fields += [(str(name), one) for one in chosen]
            elif control.name == "select":
                options = control.find_all("option")
                marked = [one for one in options if one.has_attr("selected")]
                if not marked and not control.has_attr("multiple"):
                    marked = options[:1]
                fields += [
                    (str(name), str(one.get("value", squeeze(one.get_text())))) for one in marked
                ]
            elif control.name == "textarea":
                text = control.get_text().removeprefix("\n")
                fields.append((str(name), text.replace("\r\n", "\n").replace("\n", "\r\n")))
            else:
                fields.append((str(name), str(control.get("value", ""))))
        if pressed.get("name"):
            fields.append((str(pressed["name"]), str(pressed.get("value", ""))))
        return fields

    def _post(self, action: str, fields: list[tuple[str, Any]], *, multipart: bool) -> None:
        if not multipart:
            body = urlencode([(name, value) for name, value in fields if isinstance(value, str)])
            return self._ask(urllib.request.Request(action, body.encode(), method="POST"))
        boundary = uuid.uuid4().hex
        parts = []
        for name, value in fields:
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
            if isinstance(value, tuple):
                head += f'; filename="{value[0]}"\r\nContent-Type: application/octet-stream'
                parts.append(head.encode() + b"\r\n\r\n" + value[1] + b"\r\n")
            else:
                parts.append(f"{head}\r\n\r\n{value}\r\n".encode())
        body = b"".join(parts) + f"--{boundary}--\r\n".encode()
        request = urllib.request.Request(action, body, method="POST")
        request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
        self._ask(request)
        return None


class ChromiumBrowser:
    """The same words, in Chromium with scripts."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def open(self, address: str) -> None:
        self.page.goto(address)

    def has(self, label: str) -> bool:
        return bool(self.page.get_by_label(label, exact=True).count())

    def _field(self, label: str) -> Any:
        exact = self.page.get_by_label(label, exact=True).locator("visible=true")
        if exact.count():
            return exact.first
        near = re.compile(rf"^\s*{re.escape(label)}\b", re.I)
        return self.page.get_by_label(near).locator("visible=true").first

    def fill(self, label: str, value: str) -> None:
        field = self._field(label)
        if field.evaluate("one => one.tagName") == "SELECT":
            return self.choose(label, value)
        field.fill(value)
        return None

    def choose(self, label: str, option: str) -> None:
        group = self.page.get_by_role("group", name=label)
        if group.count():
            group.get_by_role("radio", name=re.compile(rf"^\s*{re.escape(option)}", re.I)).check()
            return
        field = self._field(label)
        labels = field.locator("option").all_inner_texts()
        wanted = next((one for one in labels if same(one, option)), None)
        if wanted is None:
            field.select_option(value=option)
        else:
            field.select_option(label=wanted.strip())

    def tick(self, label: str) -> None:
        self.page.get_by_role("checkbox", name=re.compile(rf"^\s*{re.escape(label)}", re.I)).check()

    def attach(self, label: str, name: str, content: bytes) -> None:
        file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        self._field(label).set_input_files(file)

    def _click(self, role: str, name: str) -> None:
        exact = self.page.get_by_role(role, name=name, exact=True).locator("visible=true")
        found = (
            exact
            if exact.count()
            else self.page.get_by_role(
                role, name=re.compile(rf"^\s*{re.escape(name)}\b", re.I)
            ).locator("visible=true")
        )
        self._settle()
        found.first.click()
        self._settle()

    def _settle(self) -> None:
        """Wait until the page is loaded and no swap is under way."""
        self.page.wait_for_timeout(30)
        self.page.wait_for_load_state("load")
        self.page.wait_for_function("() => !document.querySelector('.htmx-request')")

    def press(self, button: str) -> None:
        self._click("button", button)

    def follow(self, link: str) -> None:
        self._click("link", link)

    @property
    def heading(self) -> str:
        return squeeze(self.page.locator("h1").first.inner_text())

    @property
    def text(self) -> str:
        return squeeze(self.page.locator("main").first.inner_text())

    def shows(self, words: str) -> bool:
        for _ in range(30):
            if words.casefold() in self.text.casefold():
                return True
            self.page.wait_for_timeout(50)
        return False

    @property
    def address(self) -> str:
        return str(self.page.url)
