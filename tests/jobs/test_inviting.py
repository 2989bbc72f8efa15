"""RULES, step 1: public, by private invitation, or both at once."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs import inviting, listing, reads
from app.jobs.models import Invitation
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from app.kernel.events import Event
from app.people import accounts
from tests.people import alice, bob, carol, mallory, someone
from tests.stories import later, post_job


def test_an_invited_freelancer_sees_a_job_that_others_do_not(session: Session) -> None:
    client, freelancer = alice(session), bob(session)
    job = post_job(session, client, audience="invited")
    inviting.invite(session, job, freelancer, by=client, at=later(), note="Your marks are lovely.")
    assert reads.visible_job(session, freelancer, job.id) is job
    assert [row.id for row in listing.open_jobs(session, freelancer)] == [job.id]
    assert [row.id for row in listing.invitations_of(session, freelancer)] == [job.id]
    for stranger in (carol(session), mallory(session)):
        assert listing.open_jobs(session, stranger) == []
        with pytest.raises(NotFound):
            reads.visible_job(session, stranger, job.id)


def test_asking_twice_tells_nobody_twice(session: Session) -> None:
    client, freelancer = alice(session), bob(session)
    job = post_job(session, client)
    for _ in range(2):
        inviting.invite(session, job, freelancer, by=client, at=later())
    assert len(session.scalars(select(Invitation)).all()) == 1
    told = session.scalars(select(Event).where(Event.kind == "invitation.sent")).all()
    assert [event.told for event in told] == [{"job": job.id, "person": freelancer.id}]


def test_nobody_invites_themselves_nor_a_client(session: Session) -> None:
    both = someone(session, "Dora Both")
    job = post_job(session, both)
    with pytest.raises(Refused, match=r"invitation\.self"):
        inviting.invite(session, job, both, by=both, at=later())
    with pytest.raises(Refused, match=r"invitation\.not_a_freelancer"):
        inviting.invite(session, job, alice(session), by=both, at=later())


def test_nobody_invites_to_the_job_of_another_nor_to_a_draft(session: Session) -> None:
    client, freelancer = alice(session), bob(session)
    with pytest.raises(NotFound):
        inviting.invite(
            session, post_job(session, client), freelancer, by=mallory(session), at=later()
        )
    with pytest.raises(WrongState):
        draft = post_job(session, client, publish=False)
        inviting.invite(session, draft, freelancer, by=client, at=later())


def test_the_field_takes_names_and_addresses(session: Session) -> None:
    freelancer, other = bob(session), carol(session)
    typed = f"bob okafor, new@example.org\nCAROL@example.org; Bob ({freelancer.id})"
    asked = inviting.resolve(session, typed)
    assert asked.people == (freelancer, other)
    assert asked.addresses == ("new@example.org",)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Nobody Known", "invite.unknown"),
        ("not@an@address", "invite.unknown"),
        ("@", "invite.unknown"),
        ("Sam Twin", "invite.ambiguous"),
        (",".join(f"p{n}@example.org" for n in range(51)), "invite.too_many"),
    ],
)
def test_words_that_mean_nobody_are_refused(session: Session, typed: str, code: str) -> None:
    for address in ("sam1", "sam2"):
        twin = someone(session, f"{address} Twin")
        twin.name = "Sam Twin"
    session.flush()
    with pytest.raises(Invalid, match=code) as refused:
        inviting.resolve(session, typed)
    assert refused.value.field == "invite"


def test_who_joins_by_a_jobs_invitation_sees_that_job(session: Session) -> None:
    client = alice(session)
    job = post_job(session, client, audience="invited")
    asked = inviting.invite_address(session, job, "new@example.org", by=client, at=later())
    assert asked
    invitation, token = asked
    assert token
    assert not inviting.invite_address(session, job, "New@Example.org", by=client, at=later())
    person = accounts.join(
        session, invitation, name="Nia New", email="new@example.org", password_hash=None,
        zone="UTC", hires=False, works=True, at=later(),
    )  # fmt: skip
    assert reads.visible_job(session, person, job.id) is job
    inviting.welcome(session, invitation, person, at=later())
    inviting.welcome(session, invitation, person, at=later())
    assert [row.id for row in listing.invitations_of(session, person)] == [job.id]
    assert session.scalars(select(Invitation.person_id)).all() == [person.id]
