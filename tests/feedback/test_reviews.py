"""Feedback: both ways after the end, double-blind, with one reply each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.feedback import reads, reviews
from app.feedback.criteria import CRITERIA
from app.feedback.record import track_record
from app.kernel.errors import Invalid, NotFound, Refused
from app.terms import ending
from tests.people import mallory
from tests.rooms import agreed, negotiated, through
from tests.stories import LOGO, later

END = later(2)


@pytest.fixture
def room(session):
    """A logo whose one milestone is released: the work is finished."""
    room = agreed(session, lines=LOGO[:1])
    through(room, room.milestones[0], at=END)
    assert room.engagement.state == "finished"
    return room


def about(side, stars=5):
    return dict.fromkeys(CRITERIA[side], stars)


def by_client(room, *, stars=5, words="Lovely work.", at=END):
    ratings = about("freelancer", stars)
    return reviews.leave(room.session, room.engagement, ratings, words, by=room.client, at=at)


def by_freelancer(room, *, at=END):
    ratings = about("client", 4)
    return reviews.leave(room.session, room.engagement, ratings, "", by=room.freelancer, at=at)


def seen_by(room, person):
    found = reads.of_engagement(room.session, room.engagement.id, person.id)
    return {one.author_id for one in found}


def test_neither_sees_the_others_before_both_have_written(room):
    by_client(room)
    assert seen_by(room, room.freelancer) == set()
    assert seen_by(room, room.client) == {room.client.id}
    assert reads.shown(room.session, room.freelancer.id) == []


def test_both_are_shown_when_both_have_written(room):
    by_client(room)
    by_freelancer(room, at=later(3))
    both = {room.client.id, room.freelancer.id}
    assert seen_by(room, room.freelancer) == seen_by(room, room.client) == both


def test_after_fourteen_days_it_is_shown_anyway(room):
    by_client(room)
    assert reviews.publish_due(room.session, at=END + timedelta(days=14, seconds=-1)) == 0
    assert reviews.publish_due(room.session, at=END + timedelta(days=14)) == 1
    assert seen_by(room, room.freelancer) == {room.client.id}
    assert reviews.publish_due(room.session, at=END + timedelta(days=15)) == 0


def test_after_fourteen_days_nobody_writes_any_more(room):
    with pytest.raises(Refused, match=r"feedback.closed"):
        by_freelancer(room, at=END + timedelta(days=14))


def test_before_the_end_there_is_no_feedback(session):
    with pytest.raises(Refused, match=r"feedback.too_early"):
        by_client(agreed(session))


def test_terms_that_were_never_agreed_leave_no_feedback(session):
    room = negotiated(session)
    ending.end(session, room.engagement, by=room.client, at=later(1), reason="")
    with pytest.raises(Refused, match=r"feedback.too_early"):
        by_client(room)


def test_each_writes_once(room):
    by_client(room)
    with pytest.raises(Refused, match=r"feedback.already"):
        by_client(room)


def test_a_stranger_finds_nothing_to_review(room):
    with pytest.raises(NotFound):
        reviews.leave(
            room.session, room.engagement, about("client"), "", by=mallory(room.session), at=END
        )


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_a_rating_is_from_one_to_five(room, stars):
    with pytest.raises(Invalid, match=r"feedback.rating"):
        by_client(room, stars=stars)


def test_every_criterion_is_rated(room):
    with pytest.raises(Invalid, match=r"feedback.rating"):
        reviews.leave(room.session, room.engagement, {"Quality": 5}, "", by=room.client, at=END)


def test_one_reply_each_once_it_is_shown(room):
    review = by_client(room)
    with pytest.raises(NotFound):
        reviews.reply(room.session, review, "Thank you.", by=room.freelancer, at=END)
    by_freelancer(room)
    reviews.reply(room.session, review, "Thank you.", by=room.freelancer, at=END)
    with pytest.raises(Refused, match=r"feedback.replied"):
        reviews.reply(room.session, review, "And more.", by=room.freelancer, at=END)
    with pytest.raises(NotFound):
        reviews.reply(room.session, review, "I too.", by=room.client, at=END)


def test_a_profile_shows_what_was_published_with_the_job_only_where_it_is_everyones(room):
    by_client(room)
    by_freelancer(room)
    (shown,) = reads.shown(room.session, room.freelancer.id)
    assert (shown.average, shown.words, shown.job_title) == (
        5.0,
        "Lovely work.",
        "Logo design for a bakery",
    )


def test_the_track_record_is_computed_from_what_happened(room):
    nobody = mallory(room.session).id
    by_client(room)
    before = track_record(room.session, [room.freelancer.id])[room.freelancer.id]
    assert (before.average, before.reviews) == (None, 0)
    by_freelancer(room)
    records = track_record(room.session, [room.freelancer.id, room.client.id, nobody])
    mine = records[room.freelancer.id]
    assert (mine.average, mine.reviews, mine.jobs, mine.on_time) == (5.0, 1, 1, 100)
    assert mine.words == "5.0 of 5 from 1 · 1 job · 100 % on time"
    assert records[room.client.id].average == 4.0
    assert records[nobody].words == ""


def test_lateness_counts_from_funding(session):
    room = agreed(session, lines=LOGO[:1])
    through(room, room.milestones[0], at=later(days=3))
    assert track_record(session, [room.freelancer.id])[room.freelancer.id].on_time == 100


def test_what_was_funded_in_time_and_handed_in_after_its_day_is_late(session):
    from app.escrow.milestones import release
    from tests.rooms import pays, submits

    room = agreed(session, lines=LOGO[:1])
    pays(room, room.milestones[0], at=later(1))
    submission = submits(room, room.milestones[0], at=later(days=2))
    release.approve(session, submission, by=room.client, at=later(days=3))
    assert track_record(session, [room.freelancer.id])[room.freelancer.id].on_time == 0
