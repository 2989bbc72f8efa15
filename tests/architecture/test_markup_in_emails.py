"""Whatever people type, an e-mail has the same elements and the same links.

Every fact that is text is fed with markup, in every e-mail that there is, for every reader.
A new e-mail is covered by itself; a new fact asks for an example in `SAID`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from xml.etree.ElementTree import Element

import pytest
import tinyhtml5
from jinja2 import TemplateError, TemplateNotFound, meta, nodes

from app.adapters.renderer import FOLDER, renderer
from app.mail.envelope import Rendered
from tests.letters.test_letters import SAID

pytestmark = pytest.mark.any_database

PAYLOADS = {
    "a live link": "<a href=//evil.example>Approve and release $75.00</a>",
    "a style": "<style>p{display:none}</style>",
    "an image": '<img src="https://evil.example/x.png" onerror="alert(1)">',
    "a comment that stays open": "<!-- the rest is gone",
    "a conditional comment": "<!--[if mso]><p>Outlook</p><![endif]-->",
    "a script": "</title><script>alert(1)</script>",
    "entities": "Tom & Jerry &lt;b&gt; &#60;i&#62; &amp;amp;",
    "quotes that leave an attribute": "\"'><b onmouseover=alert(1) x='\"`",
    "tags that stay open": "<table><td><b><i><form action=//evil.example><p",
    "a drawing": "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "the end of everything": "</textarea></title></style></blockquote></p></div></body></html>",
    "lines": "x\r\nBcc: ana@evil.example\r\n\r\n<b>\r\n.\r\n<base href=//evil.example>",
    "a template": "{{ 7 * 7 }}{% include 'letters/_layout.txt' %}",
}
LINK, ENTITIES = PAYLOADS["a live link"], PAYLOADS["entities"]
HARMLESS = "harmless"

MORE: dict[str, Any] = {
    "by_card": True, "bonus": True, "to": "balance", "more_lines": 3, "provider": "bank",
}  # fmt: skip
"""Facts that only some e-mails have, beside those of `SAID`."""
NEVER_TYPED: dict[str, tuple[Any, ...]] = {
    "side": ("client", "freelancer", ""),
    "rest": ("ask_back", "keep"),
    "scope": ("rest", "engagement", "milestone"),
    "how": ("numbers", "offer"),
    "to": ("balance", "test", "bank"),
    "provider": ("bank", "stripe"),
    **dict.fromkeys(
        ("due", "ends", "lapses", "delivery", "submitted_at", "link_ends", "until", "releases_at",
         "goes_at", "since", "currency", "href", "choices"), ()
    ),
}  # fmt: skip
"""Facts that the board makes itself: words with a meaning (all of them), days, addresses."""
MADE = {"subject", "locale", "zone", "quiet"}
"""What is no fact: the renderer adds it, or a template sets it."""
_CODE = re.compile(r"[A-Z]{3}|\d{4}-\d\d-\d\d.*")
READERS: tuple[dict[str, Any], ...] = (
    {"side": "client"},
    {"side": "freelancer", "link_ends": ""},
    {"side": "", "link_ends": "", "other": ""},
    {"side": "", "link_ends": "", "room": "", "name": ""},
)
"""What changes in “after” and “because”: who reads it, with or without a link, or unknown here."""


@cache
def facts_of(template: str) -> frozenset[str]:
    """The facts that a template names, and those that it includes, extends and imports."""
    tree = renderer()._text.parse((FOLDER / template).read_text())
    macros = {name for found in tree.find_all(nodes.FromImport) for name in found.names}
    names = set(meta.find_undeclared_variables(tree)) - MADE - macros
    for other in meta.find_referenced_templates(tree):
        assert other is not None, f"{template} is made of a template that is not named"
        names |= facts_of(other)
    return frozenset(names)


def fed(key: str, value: Any, payload: str) -> Any:
    """A fact with the payload in each of its words, marked with the fact's name."""
    if isinstance(value, dict):
        return {name: fed(key, one, payload) for name, one in value.items()}
    if isinstance(value, list):
        return [fed(key, one, payload) for one in value]
    typed = isinstance(value, str) and value and key not in NEVER_TYPED
    return f"{payload} [{key}]" if typed and not _CODE.fullmatch(value) else value


def facts(payload: str, other: dict[str, Any]) -> dict[str, Any]:
    return {key: fed(key, value, payload) for key, value in (SAID | MORE | other).items()}


@cache
def variants(name: str) -> list[dict[str, Any]]:
    """Every reader; then one fact after the other is missing, or has another of its meanings."""
    every: list[dict[str, Any]] = list(READERS)
    for key in sorted(facts_of(f"letters/{name}/body.html")):
        every += ({key: other} for other in NEVER_TYPED.get(key, ()))
        value = (SAID | MORE)[key]
        every.append({key: 0 if isinstance(value, int) else type(value)()})
    return every


@cache
def made(name: str, payload: str, variant: int) -> tuple[Rendered, Element] | None:
    """The e-mail, and its HTML as a browser reads it; None where it always has what is missing."""
    try:
        given = facts(payload, variants(name)[variant])
        one = renderer().render(name, given, locale="en", zone="UTC")
    except (TypeError, ValueError):
        return None
    return one, tinyhtml5.parse(one.html)


def outline(element: Element, depth: int = 0) -> list[Any]:
    """Every element and comment: how deep it stands, its name, its attributes."""
    found = [(depth, str(element.tag), sorted(element.attrib.items()))]
    return found + [one for child in element for one in outline(child, depth + 1)]


def plain(text: str) -> str:
    """Words on one line, without the marks of a quote."""
    return " ".join(re.sub(r"(?m)^> ?", "", text).split())


NAMES = sorted(path.name for path in (FOLDER / "letters").iterdir() if path.is_dir())


@pytest.mark.parametrize("name", NAMES)
def test_every_fact_of_an_email_has_an_example(name: str) -> None:
    for file in ("subject.txt", "body.txt", "body.html"):
        unknown = facts_of(f"letters/{name}/{file}") - (SAID | MORE).keys()
        assert not unknown, f"{name}/{file}: give {sorted(unknown)} an example in SAID"


@pytest.mark.parametrize("name", NAMES)
def test_no_words_change_what_an_email_is_made_of(name: str) -> None:
    given = [(n % len(READERS), payload) for n, payload in enumerate(PAYLOADS.values())]
    given += [(n, payload) for n in range(len(variants(name))) for payload in (LINK, ENTITIES)]
    for variant, payload in given:
        harmless, hostile = made(name, HARMLESS, variant), made(name, payload, variant)
        if harmless and hostile:
            same = outline(hostile[1]) == outline(harmless[1])
            assert same, (payload, variants(name)[variant], hostile[0].html)


@pytest.mark.parametrize("name", NAMES)
def test_every_fact_is_said_as_it_was_typed(name: str) -> None:
    """In the subject, in the text, and to who reads the HTML: not `&amp;`, not escaped twice."""
    every = [one for n in range(len(variants(name))) if (one := made(name, ENTITIES, n))]
    said = [one.subject for one, _ in every] + [plain(one.text) for one, _ in every]
    said += [" ".join("".join(tree.itertext()).split()) for _, tree in every]
    words = "\n".join(said)
    for key, value in facts(ENTITIES, {}).items():
        if key in facts_of(f"letters/{name}/body.txt") and ENTITIES in str(value):
            typed = words.count(f"{ENTITIES} [{key}]")
            assert typed == words.count(f"[{key}]"), key
            assert typed or key == "room", f"{key} is in no variant of this e-mail"


def test_text_cannot_stand_in_html_and_nothing_is_declared_safe() -> None:
    html = renderer()._html
    with pytest.raises(TemplateNotFound, match="cannot stand in HTML"):
        html.from_string('{% include "letters/_layout.txt" %}').render()
    with pytest.raises(TemplateError, match="safe"):
        html.from_string("{{ name | safe }}")
    for path in FOLDER.joinpath("letters").rglob("*.*"):
        assert not re.search(r"{%-?\s*autoescape|Markup|\bsafe\b *[|}]", path.read_text()), path


def test_no_page_is_made_of_text_either() -> None:
    """Pages are escaped by the ending of their files, so that a text one would not be."""
    made_of = re.compile(r"{%-?\s*(?:include|import|extends|from)\s+(?P<name>[^%]+?)\s*%}")
    found = 0
    for path in FOLDER.rglob("*.html"):
        for name in (one["name"] for one in made_of.finditer(path.read_text())):
            assert re.match(r"""["'][\w/]+\.html["']""", name), f"{path.name}: {name}"
            found += 1
    assert found > 100
