"""An address with other letters in its domain gets its e-mails; one before the @ is refused."""

from __future__ import annotations

from typing import Any

import pytest

from app.adapters.postman import SmtpPostman
from app.adapters.renderer import LetterRenderer
from app.jobs import inviting
from app.kernel.addresses import ascii_address
from app.kernel.errors import Invalid
from app.mail import outbox, sending
from app.people import joining
from tests.people import olga
from tests.stories import NOON

SENDER = sending.Sender("https://board.example", "Board <board@bäckerei.example>", "k" * 40)


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("ben@exämple.org", "ben@xn--exmple-cua.org"),
        ("Ben.O'Neill+x@Straße.example", "Ben.O'Neill+x@xn--strae-oqa.example"),
        ("ana@例え.テスト", "ana@xn--r8jz45g.xn--zckzah"),
        ("ana@my_host.example", "ana@my_host.example"),
    ],
)
def test_a_domain_is_sent_as_the_net_writes_it(typed: str, sent: str) -> None:
    assert ascii_address(typed) == sent


@pytest.mark.any_database
@pytest.mark.parametrize(
    "typed", ["bén@example.org", "ben@exämple..org", "ben@ä\u202e.org", "b@-ä.org"]
)
def test_what_no_e_mail_can_be_sent_to_is_no_address(typed: str) -> None:
    with pytest.raises(ValueError):
        ascii_address(typed)


def test_an_e_mail_to_an_umlaut_leaves_and_holds_up_no_other(session: Any, smtp: Any) -> None:
    found, token = joining.invite(session, "ben@exämple.org", by=olga(session), at=NOON)
    facts = {"by": "Olga", "token": token, "job": ""}
    letter = outbox.queue(
        session, "joining", to_address=found.email, key="joining:1", facts=facts, at=NOON
    )
    parcel = sending.pack(session, letter, sender=SENDER, renderer=LetterRenderer(), at=NOON)
    assert parcel, letter.error
    assert parcel.to_address == "ben@xn--exmple-cua.org"
    assert parcel.from_address == "board@xn--bckerei-5wa.example"
    SmtpPostman(smtp.url).deliver(parcel)
    assert smtp.messages[0]["To"].addresses[0].addr_spec == "ben@xn--exmple-cua.org"


def test_an_address_that_nothing_can_be_sent_to_is_not_invited(session: Any) -> None:
    olga(session)
    assert inviting.resolve(session, "ben@exämple.org").addresses == ("ben@exämple.org",)
    for typed in ("bén@example.org", "ben@exämple..org"):
        with pytest.raises(Invalid, match=r"invite\.unknown"):
            inviting.resolve(session, typed)
