"""RULES, Terms: numbered revisions; nothing is in force until both accept the same one."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow.models import Milestone
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from app.kernel.events import Event
from app.people import links
from app.terms import document, negotiation, reads, revisions
from app.terms.revisions import DraftLine
from tests.people import alice, bob, mallory
from tests.stories import LOGO, NOON, agreed, later, rewrite, selected


def milestones(session: Session, engagement: Engagement) -> list[Milestone]:
    found = select(Milestone).where(Milestone.engagement_id == engagement.id)
    return list(session.scalars(found.order_by(Milestone.position, Milestone.id)))


def last_event(session: Session, kind: str) -> Event:
    found = select(Event).where(Event.kind == kind).order_by(Event.id.desc()).limit(1)
    return session.scalars(found).one()


def test_proposing_is_the_authors_acceptance_and_nobody_accepts_their_own(
    session: Session,
) -> None:
    engagement = selected(session, alice(session), bob(session))
    revision = negotiation.send(session, engagement, by=alice(session), at=NOON)
    assert (revision.number, revision.state) == (1, "proposed")
    assert not negotiation.can_accept(session, revision, by=alice(session))
    with pytest.raises(Refused, match=r"terms\.own"):
        negotiation.accept(session, revision, by=alice(session), at=NOON)


def test_nothing_is_in_force_until_both_accept_the_same_revision(session: Session) -> None:
    engagement = selected(session, alice(session), bob(session))
    revision = negotiation.send(session, engagement, by=alice(session), at=NOON)
    assert reads.in_force(session, engagement.id) is None
    assert {one.state for one in milestones(session, engagement)} == {"proposed"}
    negotiation.accept(session, revision, by=bob(session), at=later(2), way="link")
    assert reads.in_force(session, engagement.id) is revision
    assert engagement.state == "active" and engagement.terms_id == revision.id
    assert [one.state for one in milestones(session, engagement)] == ["planned"] * 5
    assert [one.title for one in milestones(session, engagement)] == [o.title for o in LOGO]


def test_both_acceptances_are_kept_with_who_when_how_and_what(session: Session) -> None:
    engagement = selected(session, alice(session), bob(session))
    revision = negotiation.send(session, engagement, by=alice(session), at=NOON)
    negotiation.accept(session, revision, by=bob(session), at=later(2), way="link")
    assert (revision.author_id, revision.proposed_at, revision.proposed_by_way) == (
        alice(session).id,
        NOON,
        "page",
    )
    assert (revision.decided_by, revision.decided_at, revision.decided_by_way) == (
        bob(session).id,
        later(2),
        "link",
    )
    lines = reads.lines(session, revision.id)
    assert document.digest(document.canonical(engagement, revision, lines)) == revision.sha256


def test_the_canonical_text_tells_every_binding_change(session: Session) -> None:
    engagement = agreed(session, alice(session), bob(session))
    revision = reads.in_force(session, engagement.id)
    assert revision is not None
    before = revision.sha256
    lines = reads.lines(session, revision.id)
    lines[0].amount_minor += 1
    assert document.digest(document.canonical(engagement, revision, lines)) != before
    lines[0].amount_minor -= 1
    lines[0].title += '"\n  amount 1'
    text = document.canonical(engagement, revision, lines)
    assert text.count("\n  amount ") == 5, "no wording imitates the structure"


def test_the_client_sends_the_first_terms(session: Session) -> None:
    engagement = selected(session, alice(session), bob(session))
    with pytest.raises(Refused, match=r"terms\.client_first"):
        negotiation.send(session, engagement, by=bob(session), at=NOON)


def test_proposing_changes_counters_what_waits_and_counts_without_gaps(session: Session) -> None:
    engagement = selected(session, alice(session), bob(session))
    first = negotiation.send(session, engagement, by=alice(session), at=NOON)
    rewrite(session, engagement, bob(session), change={1: {"amount_minor": 9000}}, note="Dearer")
    second = negotiation.send(session, engagement, by=bob(session), at=later(), answering=first.id)
    assert (first.state, second.number, second.state) == ("countered", 2, "proposed")
    facts = json.loads(last_event(session, "terms.proposed").facts)
    assert (facts["answers"], facts["prompted"]) == (1, "first")
    assert last_event(session, "terms.proposed").words == "Dearer"
    ids = [[line.milestone_id for line in reads.lines(session, one.id)] for one in (first, second)]
    assert ids[0] == ids[1], "the milestones behind the lines stay the same"
    negotiation.accept(session, second, by=alice(session), at=later(2))
    assert milestones(session, engagement)[0].amount_minor == 9000


def test_who_waits_for_an_answer_withdraws_before_sending_again(session: Session) -> None:
    engagement = selected(session, alice(session), bob(session))
    first = negotiation.send(session, engagement, by=alice(session), at=NOON)
    with pytest.raises(Refused, match=r"terms\.yours_waits"):
        negotiation.send(session, engagement, by=alice(session), at=NOON)
    negotiation.withdraw(session, first, by=alice(session), at=NOON)
    again = negotiation.send(session, engagement, by=alice(session), at=NOON)
    assert (first.state, again.number) == ("withdrawn", 2)


def test_an_act_that_names_an_older_revision_is_refused(session: Session) -> None:
    engagement = selected(session, alice(session), bob(session))
    first = negotiation.send(session, engagement, by=alice(session), at=NOON)
    rewrite(session, engagement, bob(session), drop=(5,))
    with pytest.raises(WrongState, match=r"terms\.changed"):
        negotiation.send(session, engagement, by=bob(session), at=NOON, answering="")
    second = negotiation.send(session, engagement, by=bob(session), at=NOON, answering=first.id)
    for act in (negotiation.accept, negotiation.decline, negotiation.withdraw):
        with pytest.raises(WrongState, match=r"terms\.changed"):
            act(session, first, by=alice(session), at=NOON)
    assert second.state == "proposed"


def test_the_same_terms_are_not_sent_twice(session: Session) -> None:
    engagement = agreed(session, alice(session), bob(session))
    with pytest.raises(Refused, match=r"terms\.same"):
        negotiation.send(session, engagement, by=bob(session), at=NOON)


def test_declining_takes_a_reason(session: Session) -> None:
    engagement = selected(session, alice(session), bob(session))
    first = negotiation.send(session, engagement, by=alice(session), at=NOON)
    with pytest.raises(Invalid, match=r"terms\.reason_missing"):
        negotiation.decline(session, first, by=bob(session), at=NOON, reason="  ")
    negotiation.decline(session, first, by=bob(session), at=NOON, reason="No time in November")
    assert last_event(session, "terms.declined").words == "No time in November"
    assert (first.state, engagement.state) == ("declined", "negotiating")


def test_declining_a_change_leaves_the_terms_in_force_untouched(session: Session) -> None:
    engagement = agreed(session, alice(session), bob(session))
    force = reads.in_force(session, engagement.id)
    rewrite(session, engagement, bob(session), change={2: {"amount_minor": 1}})
    change = negotiation.send(session, engagement, by=bob(session), at=NOON)
    negotiation.decline(session, change, by=alice(session), at=NOON, reason="No")
    assert reads.in_force(session, engagement.id) is force
    assert milestones(session, engagement)[1].amount_minor == 7500


def test_an_accepted_change_replaces_the_terms_in_force(session: Session) -> None:
    engagement = agreed(session, alice(session), bob(session))
    force = reads.in_force(session, engagement.id)
    extra = (DraftLine("Shop front", "", date(2026, 12, 1), 5000),)
    rewrite(session, engagement, bob(session), drop=(5,), add=extra, change={4: {"title": "New"}})  # type: ignore[arg-type]
    change = negotiation.send(session, engagement, by=bob(session), at=NOON)
    negotiation.accept(session, change, by=alice(session), at=later())
    assert force is not None and force.state == "replaced"
    found = {one.title: one.state for one in milestones(session, engagement)}
    assert found["Shop front"] == "planned"
    assert found["Delivery of final print-ready files"] == "cancelled"
    assert found["New"] == "planned"


def test_a_draft_is_its_authors_alone_and_goes_when_terms_are_accepted(session: Session) -> None:
    engagement = selected(session, alice(session), bob(session))
    first = negotiation.send(session, engagement, by=alice(session), at=NOON)
    draft = rewrite(session, engagement, bob(session), drop=(1,))
    with pytest.raises(NotFound):
        reads.visible(session, alice(session).id, draft.id)
    negotiation.accept(session, first, by=bob(session), at=NOON)
    assert reads.draft_of(session, engagement.id, bob(session).id) is None


def test_a_released_milestone_never_changes_whatever_the_draft_says(session: Session) -> None:
    engagement = agreed(session, alice(session), bob(session))
    paid = milestones(session, engagement)[0]
    paid.state = "released"
    session.flush()
    draft = rewrite(session, engagement, bob(session), change={1: {"title": "X"}}, drop=(2,))
    lines = reads.lines(session, draft.id)
    assert (lines[0].title, lines[0].milestone_id) == ("Start fee deposit", paid.id)
    rewrite(session, engagement, bob(session), drop=(1, 2))
    lines = reads.lines(session, draft.id)
    assert lines[0].milestone_id == paid.id, "a deleted one is put back where it stood"


def test_a_revision_that_touches_what_was_closed_meanwhile_cannot_be_accepted(
    session: Session,
) -> None:
    engagement = agreed(session, alice(session), bob(session))
    rewrite(
        session, engagement, bob(session), change={1: {"amount_minor": 9000}, 2: {"title": "Y"}}
    )
    change = negotiation.send(session, engagement, by=bob(session), at=NOON)
    milestones(session, engagement)[0].state = "released"
    session.flush()
    assert not negotiation.can_accept(session, change, by=alice(session))
    with pytest.raises(Refused, match=r"terms\.touches_closed"):
        negotiation.accept(session, change, by=alice(session), at=NOON)
    rebased = revisions.basis(session, engagement, "client")
    assert [line.amount_minor for line in rebased.lines][:1] == [7500]
    assert rebased.lines[1].title == "Y"


def test_a_proposed_revision_lapses_after_14_days_with_a_warning_2_days_before(
    session: Session,
) -> None:
    engagement = selected(session, alice(session), bob(session))
    first = negotiation.send(session, engagement, by=alice(session), at=NOON)
    assert not reads.to_warn(session, NOON + timedelta(days=11))
    assert reads.to_warn(session, NOON + timedelta(days=12)) == [first]
    assert not negotiation.lapse(session, first, at=NOON + timedelta(days=13))
    assert reads.to_lapse(session, NOON + timedelta(days=14)) == [first]
    assert negotiation.lapse(session, first, at=NOON + timedelta(days=14))
    assert first.state == "lapsed" and last_event(session, "terms.lapsed").actor_id is None
    with pytest.raises(WrongState):
        negotiation.accept(session, first, by=bob(session), at=NOON + timedelta(days=15))


def test_the_client_is_asked_for_first_terms_since_select_or_since_they_failed(
    session: Session,
) -> None:
    engagement = selected(session, alice(session), bob(session))
    (asked,) = reads.unsent_first_terms(session)
    assert (asked.engagement_id, asked.since) == (engagement.id, NOON)
    first = negotiation.send(session, engagement, by=alice(session), at=later(1))
    assert reads.unsent_first_terms(session) == []
    negotiation.decline(session, first, by=bob(session), at=later(2), reason="No")
    assert reads.unsent_first_terms(session)[0].since == later(2)


def test_a_stranger_meets_nothing(session: Session) -> None:
    engagement = selected(session, alice(session), bob(session))
    first = negotiation.send(session, engagement, by=alice(session), at=NOON)
    outsider = mallory(session)
    for act in (negotiation.accept, negotiation.decline, negotiation.withdraw):
        with pytest.raises(NotFound):
            act(session, first, by=outsider, at=NOON)
    with pytest.raises(NotFound):
        negotiation.send(session, engagement, by=outsider, at=NOON)
    with pytest.raises(NotFound):
        reads.visible(session, outsider.id, first.id)


def test_links_to_a_revision_end_when_it_moves_on(session: Session) -> None:
    engagement = selected(session, alice(session), bob(session))
    first = negotiation.send(session, engagement, by=alice(session), at=NOON)
    link, _ = links.mint(
        session, "k" * 32, bob(session).id, "terms", "revision", first.id, "1", at=NOON
    )
    negotiation.withdraw(session, first, by=alice(session), at=NOON)
    session.refresh(link)
    assert link.revoked_at == NOON


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "terms.no_lines"),
        ([DraftLine(" ", "", None, 1)], "terms.line_title"),
        ([DraftLine("x" * 201, "", None, 1)], "terms.line_title"),
        ([DraftLine("x", "", None, -1)], "terms.line_amount"),
        ([DraftLine("x", "", None, 10**13 + 1)], "terms.line_amount"),
        ([DraftLine("x", "", None, 10**13), DraftLine("y", "", None, 1)], "terms.total"),
        ([DraftLine("x", "", None, 1)] * 101, "terms.too_many_lines"),
    ],
)
def test_a_table_that_cannot_be_agreed_is_refused(
    session: Session, lines: list[DraftLine], code: str
) -> None:
    engagement = selected(session, alice(session), bob(session))
    draft = revisions.draft(session, engagement, by=alice(session), at=NOON)
    revisions.save_draft(session, draft, lines, review_days=None, note="", at=NOON)
    with pytest.raises(Refused) as refused:
        negotiation.send(session, engagement, by=alice(session), at=NOON)
    assert refused.value.code == code


def test_one_milestone_is_fine_and_so_is_a_checkpoint(session: Session) -> None:
    engagement = selected(session, alice(session), bob(session))
    draft = revisions.draft(session, engagement, by=alice(session), at=NOON)
    only = [DraftLine("The final result", "", date(2026, 11, 2), 0)]
    revisions.save_draft(session, draft, only, review_days=30, note="", at=NOON)
    revision = negotiation.send(session, engagement, by=alice(session), at=NOON)
    negotiation.accept(session, revision, by=bob(session), at=NOON)
    assert milestones(session, engagement)[0].amount_minor == 0
