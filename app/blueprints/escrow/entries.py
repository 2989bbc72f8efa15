"""One line of a bank statement, and what the operator or the bookkeeper decides on it."""

from __future__ import annotations

from werkzeug.wrappers import Response

from app.blueprints.escrow import bp
from app.blueprints.escrow.forms import PlaceForm, SendBackForm, StatementForm
from app.blueprints.escrow.preparations import PREPARED
from app.blueprints.escrow.reconciliation import HERE, PAGE, page
from app.blueprints.guards import me, money_only
from app.blueprints.htmx import changed, refused
from app.blueprints.locale import formats
from app.blueprints.proving import proved
from app.escrow.bank import placing, taking_back
from app.escrow.bank.models import BankEntry
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Invalid
from app.mail.wording import words


@bp.post("/board/entries/<entry_id>/confirmation")
@money_only
@proved
def confirm_entry(entry_id: str) -> Response:
    """This line is that payment, refund or payout."""
    entry = placing.load(db.session(), entry_id, me())
    form, done = PlaceForm(prefix=f"e{entry.id}"), False
    try:
        if not form.validate():
            raise Invalid("form", field="")
        done = placing.book(db.session(), entry, form.reference.data, by=me(), at=clock.now())
    except Invalid as trouble:
        if trouble.field:
            form.blame("reference", words(trouble.code, trouble.facts))
        return _refused(form, entry_id)
    return _done(entry, "{amount} is confirmed." if done else PREPARED)


@bp.post("/board/entries/<entry_id>/suspense")
@money_only
@proved
def hold_entry(entry_id: str) -> Response:
    """Money that has no place yet, into the books."""
    entry = placing.load(db.session(), entry_id, me())
    placing.hold(db.session(), entry, by=me(), at=clock.now())
    return _done(entry, "{amount} is an unmatched payment until you assign it or send it back.")


@bp.post("/board/entries/<entry_id>/sending-back")
@money_only
@proved
def send_back_entry(entry_id: str) -> Response:
    """Money of the suspense account was sent back."""
    entry = placing.load(db.session(), entry_id, me())
    form = SendBackForm(prefix=f"b{entry.id}")
    if not form.validate():
        return _refused(form, entry_id)
    done = placing.send_back(db.session(), entry, note=form.note.data, by=me(), at=clock.now())
    return _done(entry, "{amount} is marked as sent back." if done else PREPARED)


@bp.post("/board/entries/<entry_id>/setting-aside")
@money_only
def set_aside_entry(entry_id: str) -> Response:
    """None of the board's money, or booked by hand."""
    entry = placing.load(db.session(), entry_id, me())
    placing.set_aside(db.session(), entry, by=me(), at=clock.now())
    return _done(entry, "{amount} is ignored; nothing was booked.")


@bp.post("/board/entries/<entry_id>/ignoring-both")
@money_only
def ignore_both_entries(entry_id: str) -> Response:
    """Money came and was taken back, and nobody had confirmed it."""
    entry = placing.load(db.session(), entry_id, me())
    taking_back.ignore_both(db.session(), entry, by=me(), at=clock.now())
    return _done(entry, "Both lines of {amount} are ignored; nothing was booked.")


@bp.post("/board/entries/<entry_id>/separation")
@money_only
def separate_entries(entry_id: str) -> Response:
    """The one line does not take the other one back."""
    entry = placing.load(db.session(), entry_id, me())
    taking_back.separate(db.session(), entry, by=me(), at=clock.now())
    return _done(entry, "Both lines of {amount} are decided on by themselves.")


@bp.post("/board/entries/<entry_id>/taking-up")
@money_only
def take_up_entry(entry_id: str) -> Response:
    """A line that was set aside is to be decided on after all."""
    entry = placing.load(db.session(), entry_id, me())
    placing.take_up(db.session(), entry, by=me(), at=clock.now())
    return _done(entry, "{amount} waits to be looked at again.")


def _refused(form: PlaceForm | SendBackForm, entry_id: str) -> Response:
    db.session.rollback()
    return refused(form, PAGE, importing=StatementForm(), **page(form, entry_id))


def _done(entry: BankEntry, say: str) -> Response:
    amount = formats().money(abs(entry.amount_minor), entry.currency)
    db.session.commit()
    return changed("", HERE, say=say.format(amount=amount))
