"""The tags of OFX as a tree: XML, or SGML in which a value needs no closing tag."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape, unescape

from app.adapters.bank.plain import cut_short, unreadable

MOST_DEPTH = 30
_LEAVES = frozenset({"MEMO", "NAME", "EXTDNAME", "CHECKNUM", "REFNUM", "FITID", "TRNAMT", "ACCTID"})
"""Never hold tags, even where one of them is empty and has no end."""
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9._]{0,31})\s{0,9}(/?)>")


@dataclass(slots=True)
class Element:
    """A tag with its value, or with the tags in it; names are in capitals."""

    name: str
    value: str = ""
    children: list[Element] = field(default_factory=list)
    is_closed: bool = False

    def walk(self) -> Iterator[Element]:
        """This element and all below it, in the order of the file."""
        yield self
        for child in self.children:
            yield from child.walk()

    def said(self, path: str) -> str:
        """The value at a path such as `LEDGERBAL/BALAMT`, empty where there is none."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                return child.said(rest) if rest else child.value
        return ""


def parsed(text: str) -> Element:
    """The element `OFX`. Raises Invalid where the file is cut short, or tags cross each other."""
    tidy = _replaced(text, "<![CDATA[", "]]>", escape)
    tidy = _replaced(tidy, "<!--", "-->", lambda comment: "")
    tags = list(_TAG.finditer(tidy))
    closed = {tag.group(2).upper() for tag in tags if tag.group(1)}
    root: Element | None = None
    path: list[Element] = []
    for at, tag in enumerate(tags):
        name = tag.group(2).upper()
        end = tags[at + 1].start() if at + 1 < len(tags) else len(tidy)
        if tag.group(1):
            _close(path, name)
            if not path:
                return root or Element(name)
            continue
        one = Element(name, unescape(tidy[tag.end() : end]).strip())
        root = root or one
        if path:
            path[-1].children.append(one)
        if not one.value and name in closed - _LEAVES and not tag.group(3):
            path.append(one)
        elif not path:
            break
        if len(path) > MOST_DEPTH:
            raise unreadable("OFX", "its tags are too deep")
    raise cut_short("OFX", "it does not end with </OFX>")


def _replaced(text: str, begin: str, end: str, made: Callable[[str], str]) -> str:
    """A text with all between two marks replaced; without an end, it stays as it is."""
    parts: list[str] = []
    at = 0
    while (start := text.find(begin, at)) >= 0:
        stop = text.find(end, start)
        if stop < 0:
            break
        parts += [text[at:start], made(text[start + len(begin) : stop])]
        at = stop + len(end)
    return "".join(parts) + text[at:]


def _close(path: list[Element], name: str) -> None:
    """End an element; the end of a value has nothing to end. Raises Invalid."""
    names = [one.name for one in path]
    if not path or name not in names:
        return
    if names[-1] != name:
        raise unreadable("OFX", f"</{name[:20]}> ends what does not come last")
    path.pop().is_closed = True
