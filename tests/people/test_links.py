"""Links from letters: one person, one purpose, one object in one version, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.kernel.errors import WrongState
from app.people import links
from app.people.models import Link
from tests.people import NOON, alice, bob

KEY = "the board's key"


def mint(session: Any, purpose: str = "review", object_id: str = "s1", **more: Any) -> Any:
    return links.mint(
        session, KEY, alice(session).id, purpose, "submission", object_id, "1:7500",
        at=NOON, **more,
    )  # fmt: skip


def test_a_link_opens_what_it_was_made_for(session: Any) -> None:
    link, token = mint(session)
    seen = links.open(session, token, at=NOON)
    assert (seen.link, seen.person, seen.state) == (link, alice(session), "live")
    assert (link.purpose, link.object_id, link.version) == ("review", "s1", "1:7500")


def test_only_a_digest_of_a_link_is_kept(session: Any) -> None:
    link, token = mint(session)
    assert token not in (link.id, link.digest) and len(token) == 43


def test_a_letter_that_is_sent_again_carries_the_same_link(session: Any) -> None:
    first = mint(session, link_id="letter1")
    again = mint(session, link_id="letter1")
    assert first == again
    assert session.scalar(select(func.count()).select_from(Link)) == 1


def test_another_key_makes_another_token(session: Any) -> None:
    _link, token = mint(session, link_id="letter1")
    assert token != links.tokens.derived("another", "link:letter1")
    assert links.open(session, "", at=NOON).state == "unknown"
    assert links.open(session, token[:-1] + "\ud800", at=NOON).state == "unknown"


def test_a_link_works_once(session: Any) -> None:
    link, token = mint(session)
    links.spend(session, link, at=NOON, outcome="approved")
    assert links.open(session, token, at=NOON).state == "used"
    with pytest.raises(WrongState, match=r"link.used"):
        links.spend(session, link, at=NOON, outcome="approved")
    assert link.outcome == "approved"


def test_a_link_ends_after_fourteen_days_and_one_to_an_account_after_an_hour(session: Any) -> None:
    link, _token = mint(session)
    assert links.state(link, at=NOON + timedelta(days=14, seconds=-1)) == "live"
    assert links.state(link, at=NOON + timedelta(days=14)) == "expired"
    with pytest.raises(WrongState, match=r"link.expired"):
        links.spend(session, link, at=NOON + timedelta(days=14), outcome="approved")
    link, _token = mint(session, "sign_in")
    assert links.state(link, at=NOON + timedelta(hours=1)) == "expired"


def test_links_are_revoked_when_their_object_moves_on(session: Any) -> None:
    bob(session)
    review, _ = mint(session)
    fund, _ = mint(session, "fund")
    other, _ = mint(session, object_id="s2")
    links.revoke(session, "submission", "s1", at=NOON, purposes=["review"])
    session.refresh(review)
    assert [links.state(one, at=NOON) for one in (review, fund, other)] == [
        "revoked", "live", "live",
    ]  # fmt: skip
    with pytest.raises(WrongState, match=r"link.revoked"):
        links.spend(session, review, at=NOON, outcome="approved")
    links.revoke(session, "submission", "s1", at=NOON)
    session.refresh(fund)
    assert links.state(fund, at=NOON) == "revoked"
