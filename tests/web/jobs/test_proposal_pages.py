"""Proposing, comparing, talking: RULES, steps 3 and 4, on pages."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from app.jobs import posting, proposing, reviewing
from app.jobs.models import Proposal
from app.terms import selection
from tests.people import alice, bob, carol, mallory
from tests.stories import later, post_job, propose
from tests.validating import html_findings

ROWS = {
    "m-1-key": "new-1", "m-1-title": "Sketches", "m-1-due": "2027-01-10", "m-1-amount": "100",
    "m-2-key": "new-2", "m-2-title": "Files", "m-2-due": "2027-01-20", "m-2-amount": "1,250.50",
}  # fmt: skip
FORM = {"letter": "I draw marks.", "answer_1": "Inkscape"} | ROWS


@pytest.fixture
def they(story: Any) -> SimpleNamespace:
    """Alice posted a job; Bob and Carol work; Mallory is a stranger."""
    with story() as session:
        client = alice(session)
        job = post_job(session, client, questions=("Which tools?",))
        return SimpleNamespace(
            alice=client, bob=bob(session), carol=carol(session), mallory=mallory(session), job=job
        )


@pytest.fixture
def proposal(story: Any, they: Any) -> Any:
    """Bob's proposal."""
    with story() as session:
        return propose(session, they.job, they.bob, answers=("Inkscape",))


def test_a_freelancer_proposes_with_a_table_answers_and_a_file(
    story: Any, signed_in: Any, they: Any
) -> None:
    browser = signed_in(they.bob)
    form = browser.get(f"/jobs/{they.job.id}/proposals/new").text
    for label in ("Cover letter", "Which tools?", "Add milestone", "Delivery date", "Files"):
        assert label in form
    answer = browser.post(
        f"/jobs/{they.job.id}/proposals/new",
        data=FORM | {"files": (io.BytesIO(b"x"), "portfolio.pdf")},
    )
    assert answer.status_code == 303, answer.text
    with story() as session:
        proposal = session.scalars(select(Proposal)).one()
        titles = [line.title for line in proposing.lines_of(session, proposal)]
    assert (proposal.total_minor, titles) == (135050, ["Sketches", "Files"])
    assert proposal.delivery_on.isoformat() == "2027-01-20"
    for reader in (they.bob, they.alice):
        page = signed_in(reader).get(f"/proposals/{proposal.id}").text
        for words in ("I draw marks.", "$1,350.50", "Inkscape", "portfolio.pdf", "20 Jan 2027"):
            assert words in page


def test_the_table_works_without_script(signed_in: Any, they: Any) -> None:
    browser = signed_in(they.bob)
    rows = f"/jobs/{they.job.id}/proposals/rows"
    for do, found in {
        "add": ["Sketches", "Files", ""],
        "delete-1": ["Files"],
        "down-1": ["Files", "Sketches"],
    }.items():
        page = browser.post(rows, data=FORM | {"do": do}).text
        titles = [
            piece.partition('value="')[2].partition('"')[0] for piece in page.split('-title"')[1:]
        ]
        assert titles == found, do
        assert "I draw marks." in page
    fragment = browser.post(rows, data=FORM | {"do": "add"}, headers={"HX-Request": "true"}).text
    assert "Milestone 3" in fragment
    assert "Cover letter" not in fragment


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"m-1-amount": "1e5"}, "Type the amount as a number"),
        ({"m-1-amount": "-1"}, "Type the amount as a number"),
        ({"m-1-title": ""}, "Name this milestone."),
        ({"m-1-due": ""}, "Say when it is due."),
        ({"letter": "x" * 20_001}, "20,000 characters"),
        ({"answer_1": "a\0b"}, "cannot be kept"),
        ({"delivery_on": "someday"}, "Type a day such as"),
    ],
)
def test_nonsense_is_refused_beside_its_field_and_kept(
    story: Any, signed_in: Any, they: Any, changes: dict[str, Any], words: str
) -> None:
    answer = signed_in(they.bob).post(f"/jobs/{they.job.id}/proposals/new", data=FORM | changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="1,250.50"' in answer.text
    with story() as session:
        assert session.scalars(select(Proposal)).all() == []


def test_no_table_is_no_proposal(signed_in: Any, they: Any) -> None:
    answer = signed_in(they.bob).post(f"/jobs/{they.job.id}/proposals/new", data={"letter": "Hi"})
    assert answer.status_code == 422
    assert "At least one milestone is needed" in answer.text


def test_a_proposal_is_edited_and_withdrawn(
    story: Any, signed_in: Any, they: Any, proposal: Any
) -> None:
    browser = signed_in(they.bob)
    form = browser.get(f"/proposals/{proposal.id}/edit").text
    assert 'value="Start fee deposit"' in form
    assert "Inkscape" in form
    browser.post(f"/proposals/{proposal.id}/edit", data=FORM)
    assert "$1,350.50" in browser.get(f"/proposals/{proposal.id}").text
    again = browser.get(f"/jobs/{they.job.id}/proposals/new")
    assert again.location == f"/proposals/{proposal.id}"
    assert browser.post(f"/jobs/{they.job.id}/proposals/new", data=FORM).status_code == 409
    browser.post(f"/proposals/{proposal.id}/withdrawal")
    with story() as session:
        assert session.get_one(Proposal, proposal.id).state == "withdrawn"
    assert browser.post(f"/proposals/{proposal.id}/withdrawal").status_code == 409
    assert browser.post(f"/jobs/{they.job.id}/proposals/new", data=FORM).status_code == 303


def test_a_closed_job_keeps_what_was_typed_from_being_sent(
    story: Any, signed_in: Any, they: Any, proposal: Any
) -> None:
    with story() as session:
        posting.close(session, session.get_one(type(they.job), they.job.id), by=they.alice,
                      at=later())  # fmt: skip
    assert signed_in(they.bob).get(f"/proposals/{proposal.id}/edit").status_code == 409
    answer = signed_in(they.carol).post(f"/jobs/{they.job.id}/proposals/new", data=FORM)
    assert answer.status_code == 409


def test_candidates_never_see_one_another(signed_in: Any, they: Any, proposal: Any) -> None:
    gets = ("", "/edit", "/messages", "/messages?before=5", "/messages/recent", "/declination")
    posts = (
        "/edit", "/rows", "/withdrawal", "/messages", "/shortlisting", "/declination",
        "/reconsideration", "/note",
    )  # fmt: skip
    for stranger in (they.carol, they.mallory):
        browser = signed_in(stranger)
        for end in gets:
            assert browser.get(f"/proposals/{proposal.id}{end}").status_code == 404, end
        for end in posts:
            assert browser.post(f"/proposals/{proposal.id}{end}").status_code == 404, end
        assert "Bob" not in browser.get(f"/jobs/{they.job.id}").text


def test_each_side_keeps_to_its_own_steps(signed_in: Any, they: Any, proposal: Any) -> None:
    for end in ("/shortlisting", "/declination", "/reconsideration", "/note"):
        answer = signed_in(they.bob).post(f"/proposals/{proposal.id}{end}")
        assert answer.status_code == 403, end
    for end in ("/edit", "/rows", "/withdrawal"):
        answer = signed_in(they.alice).post(f"/proposals/{proposal.id}{end}")
        assert answer.status_code == 403, end


def test_the_client_compares_shortlists_declines_and_notes(
    story: Any, signed_in: Any, they: Any, proposal: Any
) -> None:
    with story() as session:
        other = propose(session, they.job, they.carol)
    browser, page = signed_in(they.alice), f"/jobs/{they.job.id}/proposals"
    shown = browser.get(page).text
    for words in ("Bob Okafor", "Carol Mori", "$400.00", "24 Nov", "New on this board", "Select"):
        assert words in shown
    answer = browser.post(f"/proposals/{other.id}/shortlisting")
    assert (answer.status_code, answer.location) == (303, page)
    browser.post(f"/proposals/{proposal.id}/note", data={"note": "Best light."})
    assert "Decline" in browser.get(f"/proposals/{proposal.id}/declination").text
    browser.post(f"/proposals/{proposal.id}/declination", data={"words": "Another time"})
    shown = browser.get(page).text
    assert "Shortlisted" in shown
    assert "One declined" in shown
    assert "Another time" in signed_in(they.bob).get(f"/proposals/{proposal.id}").text
    assert "Best light" not in signed_in(they.bob).get(f"/proposals/{proposal.id}").text
    swapped = browser.post(
        f"/proposals/{proposal.id}/reconsideration", headers={"HX-Request": "true"}
    )
    assert 'hx-swap-oob="true" id="candidates"' in swapped.text
    assert "Best light." in swapped.text
    assert "<header" not in swapped.text
    long = browser.post(f"/proposals/{proposal.id}/note", data={"note": "n" * 2001})
    assert long.status_code == 422
    assert "nnnn" in long.text
    browser.post(f"/proposals/{other.id}/shortlisting", data={"do": "end"})
    assert "Off the shortlist" not in browser.get(page).text


def test_after_select_the_others_wait_and_the_page_leads_to_the_workroom(
    story: Any, signed_in: Any, they: Any, proposal: Any
) -> None:
    with story() as session:
        other = propose(session, they.job, they.carol)
        mine = session.get_one(Proposal, proposal.id)
        room = selection.select(session, mine, by=they.alice, at=later())
    assert f"/workrooms/{room.id}" in signed_in(they.bob).get(f"/proposals/{proposal.id}").text
    waiting = signed_in(they.carol).get(f"/proposals/{other.id}").text
    assert "The client is agreeing terms with somebody." in waiting
    assert room.id not in waiting
    assert "Bob" not in waiting
    shown = signed_in(they.alice).get(f"/jobs/{they.job.id}/proposals").text
    assert f"/workrooms/{room.id}" in shown
    assert "/selection" not in shown
    with story() as session:
        assert not selection.can_select(session, session.get_one(Proposal, other.id), by=they.alice)
        assert reviewing.can_shortlist(session.get_one(Proposal, other.id))


def test_the_two_talk_on_the_proposals_page(signed_in: Any, they: Any, proposal: Any) -> None:
    client, freelancer = signed_in(they.alice), signed_in(they.bob)
    address = f"/proposals/{proposal.id}/messages"
    answer = client.post(address, data={"body": "When could you *start*?"})
    assert answer.status_code == 303
    file = (io.BytesIO(b"x"), "plan.pdf")
    swapped = freelancer.post(
        address, data={"body": "Today.", "files": file}, headers={"HX-Request": "true"}
    ).text
    for words in ("<em>start</em>", "Today.", "plan.pdf", 'id="stream"', 'id="say"'):
        assert words in swapped
    assert "<b>You</b>" in swapped
    assert "<b>Alice Ruiz</b>" in swapped
    empty = client.post(address, data={"body": " "})
    assert empty.status_code == 422
    assert "Type a message, or choose a file." in empty.text


def test_the_pages_of_proposals_are_clean_html(
    story: Any, signed_in: Any, they: Any, proposal: Any
) -> None:
    with story() as session:
        other = propose(session, they.job, they.carol)
        reviewing.decline(session, other, by=they.alice, at=later(), words="Sorry")
    client, freelancer = signed_in(they.alice), signed_in(they.bob)
    client.post(f"/proposals/{proposal.id}/messages", data={"body": "Hello"})
    new = signed_in(they.mallory).get(f"/jobs/{they.job.id}/proposals/new").text
    pages = [new, freelancer.get(f"/proposals/{proposal.id}/edit").text]
    pages += [
        client.get(address).text
        for address in (
            f"/jobs/{they.job.id}/proposals", f"/proposals/{proposal.id}",
            f"/proposals/{other.id}", f"/proposals/{proposal.id}/declination",
        )
    ]  # fmt: skip
    pages.append(freelancer.get(f"/proposals/{proposal.id}").text)
    for page in pages:
        assert html_findings(page) == [], page[:2000]
