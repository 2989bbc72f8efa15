"""PAGES, compare: **Select** asks once more, and lands on the terms."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.jobs.models import Job
from app.terms import selection
from tests.people import alice, bob, carol
from tests.stories import NOON, agreed, post_job, propose, selected

Story = Callable[[], AbstractContextManager[Session]]
SignedIn = Callable[[Any], Any]


def test_select_asks_once_more_and_lands_on_the_terms(story: Story, signed_in: SignedIn) -> None:
    with story() as session:
        proposal = propose(session, post_job(session, alice(session)), bob(session)).id
    client = signed_in("alice@example.org")
    page = client.get(f"/proposals/{proposal}/selection").text
    assert "Select Bob Okafor?" in page and ">Select</button>" in page
    answer = client.post(f"/proposals/{proposal}/selection")
    assert answer.status_code == 303 and answer.location.endswith("/terms")
    again = client.post(f"/proposals/{proposal}/selection")
    assert again.location == answer.location, "pressing twice leads to the same workroom"
    assert client.get(f"/proposals/{proposal}/selection").location == answer.location


def test_selecting_somebody_else_meanwhile_is_told(story: Story, signed_in: SignedIn) -> None:
    with story() as session:
        job = post_job(session, alice(session))
        first, other = propose(session, job, bob(session)), propose(session, job, carol(session)).id
        selection.select(session, first, by=alice(session), at=NOON)
    client = signed_in("alice@example.org")
    assert "agreeing terms with somebody else" in client.get(f"/proposals/{other}/selection").text
    assert client.post(f"/proposals/{other}/selection").status_code == 409


def test_nobody_else_selects(story: Story, signed_in: SignedIn) -> None:
    with story() as session:
        proposal = propose(session, post_job(session, alice(session)), bob(session)).id
        carol(session)
    for name, status in (("bob", 403), ("carol", 404)):
        client = signed_in(f"{name}@example.org")
        assert client.get(f"/proposals/{proposal}/selection").status_code == status
        assert client.post(f"/proposals/{proposal}/selection").status_code == status


def test_ending_before_agreement_opens_the_job_again(story: Story, signed_in: SignedIn) -> None:
    with story() as session:
        engagement = selected(session, alice(session), bob(session))
        room, job = engagement.id, engagement.job_id
    client = signed_in("alice@example.org")
    assert "The job opens again" in client.get(f"/workrooms/{room}/ending").text
    answer = client.post(f"/workrooms/{room}/ending", data={"reason": "Plans changed"})
    assert answer.status_code == 303
    with story() as session:
        assert session.get_one(Job, job).state == "open"
        assert session.get_one(Engagement, room).state == "ended"
    assert "No terms were agreed" in client.get(f"/workrooms/{room}/terms").text


def test_agreed_work_with_nothing_funded_is_ended_at_once(
    story: Story, signed_in: SignedIn
) -> None:
    with story() as session:
        room = agreed(session, alice(session), bob(session)).id
    client = signed_in("bob@example.org")
    assert "Nothing is in escrow" in client.get(f"/workrooms/{room}/ending").text
    assert client.post(f"/workrooms/{room}/ending").status_code == 303
    page = client.get(f"/workrooms/{room}/terms").text
    assert "as agreed" in page and "Change the terms" not in page
