"""A board with a few pages of its own, on which the web kit is tried before any real page."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, render_template, render_template_string, request

from app.blueprints import milestone_editor
from app.blueprints import milestone_rows as table
from app.blueprints.fields import (
    CurrencyField,
    Email,
    FilesField,
    Form,
    Prose,
    Radios,
    Words,
    ZoneField,
)
from app.blueprints.guards import me, operator_only, signed_in
from app.blueprints.htmx import changed, conditional, refused
from app.blueprints.parsed_fields import DayField, Hours, MoneyField
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from tests import apps

TERMS = """{% extends "layouts/page.html" %}
{% from "macros/milestone_rows.html" import milestones %}
{% from "macros/form.html" import once, default_button %}
{% block heading %}Terms{% endblock %}{% block content %}
<form class="card stack close" method="post" action="/try/terms" enctype="multipart/form-data">
{{ once() }}{{ default_button("Send terms") }}{{ milestones(editor) }}
<div class="actions"><button class="button first">Send terms</button></div></form>{% endblock %}"""

FORM = """{% extends "layouts/page.html" %}{% from "macros/form.html" import once, field, actions %}
{% from "macros/marks.html" import pill, road %}
{% block heading %}A form{% endblock %}{% block content %}
<div>{{ pill("planned") }} {{ pill("funded") }} {{ pill("released") }} {{ pill("cancelled") }}
</div>{{ road(milestones) }}
<form class="card stack close" method="post" action="/try/form" enctype="multipart/form-data">
{{ once() }}{% for f in form %}{{ field(f) }}{% endfor %}{{ actions("Send", cancel="/") }}</form>
{% endblock %}"""

PUBLIC = """{% extends "layouts/public.html" %}{% block heading %}A public page{% endblock %}
{% block content %}<p>Words.</p>{% endblock %}"""

TALK = """{% from "macros/form.html" import once %}
<section id="talk"><p id="last">{{ words }}</p>
<form method="post" action="/try/talk" hx-post="/try/talk">{{ once() }}
<label for="b">Message</label><textarea id="b" name="body"></textarea>
<button class="button">Send</button></form></section>"""

TALK_PAGE = """{% extends "layouts/page.html" %}{% block heading %}Talk{% endblock %}
{% block content %}{% include "try/talk.html" %}{% endblock %}"""

PAGES = {
    "try/terms.html": TERMS,
    "try/form.html": FORM,
    "try/public.html": PUBLIC,
    "try/talk.html": TALK,
    "try/talk_page.html": TALK_PAGE,
    "try/talk.swap.html": '{% include "try/talk.html" %}',
}
ROAD = [
    SimpleNamespace(title="Start fee deposit", amount_text="$75.00", state="released"),
    SimpleNamespace(title="6 concepts", amount_text="$75.00", state="submitted", href="#"),
    SimpleNamespace(title="Files", amount_text="$100.00", state="planned"),
]
RELEASED = table.Row("aaaa", "Start fee deposit", "", "2026-11-02", "75.00", locked=True)


class Everything(Form):
    """One field of each kind."""

    title = Words("Title", 60)
    email = Email()
    about = Prose("Description", required=False)
    currency = CurrencyField(default="USD")
    budget = MoneyField("Lowest budget", required=False)
    closes = DayField("Closes on", hint="At the end of this day.")
    hours = Hours(required=False)
    zone = ZoneField(default="UTC")
    audience = Radios("Who may see it", choices=[("all", "Everyone"), ("few", "A few")])
    files = FilesField()


def rows() -> list[table.Row]:
    """One released milestone, and two that may change."""
    return [
        RELEASED,
        table.Row("bbbb", "6 concepts", "six sketches", "2027-12-10", "75.00"),
        table.Row("cccc", "1st revision", "", "2027-12-15", "75.00"),
    ]


def drawn(found: list[table.Row]) -> milestone_editor.Editor:
    """The editor of rows in dollars."""
    return milestone_editor.editor(found, "USD", action="/try/terms/rows")


def add_pages(flask: Flask) -> None:
    """Put the pages to try on a board that has served nothing yet."""
    from jinja2 import ChoiceLoader, DictLoader

    flask.jinja_loader = ChoiceLoader([DictLoader(PAGES), flask.jinja_loader])  # type: ignore[list-item]

    @flask.get("/try/form")
    @signed_in
    def show_form() -> Any:
        return render_template("try/form.html", form=Everything(), milestones=ROAD)

    @flask.post("/try/form")
    @signed_in
    def send_form() -> Any:
        form = Everything()
        if not form.validate():
            return refused(form, "try/form.html", milestones=ROAD)
        return changed("", "/try/form", say=f"{form.budget.data} for {me().name}")

    @flask.get("/try/terms")
    @signed_in
    def show_terms() -> Any:
        return render_template("try/terms.html", editor=drawn(rows()))

    @flask.post("/try/terms/rows")
    @signed_in
    def change_rows() -> Any:
        found = milestone_editor.acted(
            table.typed(request.form, [RELEASED]), request.form.get("do", "")
        )
        return milestone_editor.answer(drawn(table.checked(found, "USD")), "try/terms.html")

    @flask.post("/try/terms")
    @signed_in
    def send_terms() -> Any:
        found = table.typed(request.form, [RELEASED])
        lines = table.validate(found, "USD")
        if table.has_errors(found):
            return refused(None, "try/terms.html", editor=drawn(found))
        return changed("", "/try/terms", say="; ".join(line.title for line in lines))

    @flask.get("/try/talk")
    @signed_in
    def show_talk() -> Any:
        return render_template("try/talk_page.html", words="")

    @flask.post("/try/talk")
    @signed_in
    def send_talk() -> Any:
        return changed("try/talk.swap.html", "/try/talk", say="Sent.", words=request.form["body"])

    @flask.get("/try/public")
    def show_public() -> Any:
        return render_template("try/public.html")

    @flask.get("/try/same")
    @signed_in
    def show_same() -> Any:
        return conditional([1], lambda: render_template("try/talk_page.html", words=""))

    @flask.get("/try/operator")
    @operator_only
    def show_operator() -> Any:
        return render_template_string("for operators")

    @flask.get("/try/error/<what>")
    def show_error(what: str) -> Any:
        from flask import abort
        from sqlalchemy.exc import OperationalError

        troubles: dict[str, Exception] = {
            "wrong-state": WrongState("terms.changed"),
            "refused": Refused("job.awarded"),
            "not-yours": Refused("milestone.not_yours"),
            "invalid": Invalid("review.reason_missing", field="reason"),
            "not-found": NotFound(),
            "locked": OperationalError("x", {}, Exception("database is locked")),
        }
        if what in troubles:
            raise troubles[what]
        return abort(int(what))


@pytest.fixture
def app(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """A board with the pages to try, and no other: the kit stands alone."""
    monkeypatch.setattr("app.factory.WORDS", ())
    with apps.lent(settings, "kit", add_pages) as flask:
        yield flask
