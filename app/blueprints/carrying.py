"""What is carried over a sign-in or a proof: where somebody was going, and what they had typed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask import Response, make_response, render_template, request

from app.kernel import money

TYPED = "typed-"
"""What the names of carried fields begin with, so that they never meet a form's own."""
NOT_CARRIED = frozenset({"csrf_token", "once", "password", "new_password", "present"})
NOT_SHOWN = frozenset({"seen", "account_seen"})
"""What says which state a page showed: carried, and of no use to whoever typed."""
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def asked_for() -> str:
    """The address of the present request, as one would ask for it again."""
    return request.full_path.rstrip("?") if request.query_string else request.path


def safe_next(default: str = "/") -> str:
    """Where `next` leads, if that is on this board; otherwise `default`."""
    return local(request.values.get("next", ""), default)


def local(address: str, default: str = "/") -> str:
    """An address if it is a path on this board, otherwise `default`.

    >>> local("/jobs?page=2"), local("//evil.example"), local("https://evil.example", "/desk")
    ('/jobs?page=2', '/', '/desk')
    """
    return address if len(address) <= 2000 and _LOCAL.fullmatch(address) else default


@dataclass(frozen=True, slots=True)
class Act:
    """A form that was sent while nobody was signed in: where it goes, and everything typed."""

    to: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool = False

    @property
    def seen(self) -> list[tuple[str, str]]:
        """The words among the fields, for people to recognise what they typed."""
        typed = [pair for pair in self.fields if pair[0] not in NOT_SHOWN and pair[1].strip()]
        shown = [(field_words(name), words) for name, words in typed]
        return [pair for pair in shown if len(pair[1]) > 1][:12]


def field_words(name: str) -> str:
    """What people read of a field's name; what tells apart the forms of one page is left out.

    >>> field_words("payout_account"), field_words("p16m0r1g2-amount"), field_words("USD-amount")
    ('Payout account', 'Amount', 'Amount in USD')
    """
    form, _, field = name.rpartition("-")
    field = field.replace("_", " ")
    where = f" in {form}" if form in money.currencies() else ""
    return f"{field[:1].upper()}{field[1:]}{where}"


def typed_act() -> Act:
    """The form of the present request, to be offered again."""
    return Act(
        to=asked_for(),
        fields=tuple(_keep(request.form.items(multi=True))),
        had_files=any(file.filename for file in request.files.values()),
    )


def carried_act() -> Act | None:
    """The act that a sign-in form carries (macro `carry`), or None. For the sign-in route:

    after success, with an act, answer `offer_again(act)`; after a failure, carry it once more.
    """
    to = local(request.form.get(TYPED + "to", ""), "")
    if not to:
        return None
    pairs = [
        (name.removeprefix(TYPED + "field-"), value)
        for name, value in request.form.items(multi=True)
        if name and name.startswith(TYPED + "field-")
    ]
    return Act(to, tuple(_keep(pairs)), had_files=TYPED + "files" in request.form)


def offer_again(act: Act, *, proved: bool = False) -> Response:
    """The page that offers an act again with one button; nothing is done before it is pressed.

    `proved` says that it waited for a proof, not for a sign-in.
    """
    return make_response(render_template("errors/again.html", act=act, proved=proved))


def _keep(pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    for name, value in pairs:
        if name and name not in NOT_CARRIED and not name.startswith(TYPED):
            yield name, value
