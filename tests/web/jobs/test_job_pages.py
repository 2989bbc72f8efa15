"""Posting, finding, inviting: RULES, step 1, on pages."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from app.jobs.models import Invitation, Job
from app.mail.models import Letter
from tests.people import alice, bob, mallory
from tests.stories import post_job, propose
from tests.validating import html_findings

FORM = {
    "title": "Logo design",
    "description": "For **paper** bags",
    "currency": "USD",
    "audience": "everyone",
    "skills": "logo, print",
    "budget_low": "100",
    "budget_high": "1,000.50",
    "questions": "Which tools?\r\n\r\nWhen?",
}


@pytest.fixture
def they(story: Any) -> SimpleNamespace:
    """Alice hires, Bob works, Mallory is a stranger."""
    with story() as session:
        return SimpleNamespace(alice=alice(session), bob=bob(session), mallory=mallory(session))


def only(story: Any, model: Any) -> Any:
    with story() as session:
        return session.scalars(select(model)).one()


def test_a_client_posts_a_job_with_people_addresses_and_a_file(
    story: Any, signed_in: Any, they: Any
) -> None:
    file = (io.BytesIO(b"brief"), "../../brief.pdf")
    asked = FORM | {"invite": "Bob Okafor\nnew@example.org", "files": file}
    answer = signed_in(they.alice).post("/jobs/new", data=asked)
    job = only(story, Job)
    assert (answer.status_code, answer.location) == (303, f"/jobs/{job.id}")
    assert (job.state, job.budget_low_minor, job.budget_high_minor) == ("open", 10000, 100050)
    assert (job.skills, job.questions) == ("logo\nprint", "Which tools?\nWhen?")
    assert only(story, Invitation).person_id == they.bob.id
    assert only(story, Letter).to_address == "new@example.org"
    page = signed_in(they.bob).get(f"/jobs/{job.id}").text
    for words in ("Logo design", "$100.00 to $1,000.50", "brief.pdf", "Propose", "Which tools?"):
        assert words in page
    assert "<strong>paper</strong>" in page


def test_a_draft_is_seen_by_its_owner_only_and_invites_when_it_is_posted(
    story: Any, signed_in: Any, they: Any
) -> None:
    browser = signed_in(they.alice)
    browser.post("/jobs/new", data=FORM | {"invite": "Bob Okafor", "do": "draft"})
    job = only(story, Job)
    assert job.state == "draft"
    assert signed_in(they.bob).get(f"/jobs/{job.id}").status_code == 404
    form = browser.get(f"/jobs/{job.id}/edit").text
    assert "Bob Okafor" in form
    assert "1000.50" in form
    browser.post(f"/jobs/{job.id}/edit", data=FORM | {"invite": "Bob Okafor"})
    assert only(story, Invitation).person_id == they.bob.id
    assert signed_in(they.bob).get(f"/jobs/{job.id}").status_code == 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "Title is needed."),
        ({"title": "a\0b"}, "cannot be kept"),
        ({"description": "x" * 100_000}, "20,000 characters"),
        ({"budget_low": "1e5"}, "Type the amount as a number"),
        ({"budget_low": "NaN"}, "Type the amount as a number"),
        ({"budget_low": "12.345"}, "USD has 2 decimals."),
        ({"budget_low": "9" * 18}, "This amount is too large."),
        ({"budget_low": "2000"}, "The highest budget is below the lowest one."),
        ({"currency": "XXX"}, "Choose one of these."),
        ({"audience": "all"}, "Choose one of these."),
        ({"closes_on": "31 Feb 2027"}, "Type a day such as"),
        ({"closes_on": "2020-01-01"}, "This day is past."),
        ({"invite": "Nobody Known"}, "“Nobody Known” is nobody on this board"),
        ({"invite": "alice@example.org"}, "You cannot invite yourself"),
        ({"files": (io.BytesIO(b""), "nothing.pdf")}, "“nothing.pdf” is empty."),
    ],
)
def test_nonsense_is_refused_beside_its_field_and_kept(
    story: Any, signed_in: Any, they: Any, changes: dict[str, Any], words: str
) -> None:
    answer = signed_in(they.alice).post("/jobs/new", data=FORM | changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert "paper" in answer.text or "description" in changes
    with story() as session:
        assert session.scalars(select(Job)).all() == []


def test_the_year_9999_is_a_year(signed_in: Any, they: Any) -> None:
    answer = signed_in(they.alice).post("/jobs/new", data=FORM | {"closes_on": "9999-12-31"})
    assert answer.status_code == 303
    assert signed_in(they.alice).get(answer.location).status_code == 200
    assert signed_in(they.bob).get("/jobs").status_code == 200


def test_a_form_that_is_posted_twice_acts_once(story: Any, signed_in: Any, they: Any) -> None:
    browser = signed_in(they.alice)
    answers = [browser.post("/jobs/new", data=FORM | {"once": "k" * 12}) for _ in range(2)]
    assert answers[0].location == answers[1].location == f"/jobs/{only(story, Job).id}"


def test_a_freelancer_is_told_that_they_do_not_hire(signed_in: Any, they: Any) -> None:
    answer = signed_in(they.bob).get("/jobs/new")
    assert answer.status_code == 409
    assert "You joined to work" in answer.text


def test_jobs_are_searched_and_filtered(story: Any, signed_in: Any, they: Any) -> None:
    with story() as session:
        post_job(session, they.alice, title="Menükarte", category="Print")
        post_job(session, they.alice, title="Database", budget_high_minor=5000, skills=())
    browser = signed_in(they.bob)
    for query, found in {
        "": ("Menükarte", "Database"),
        "search=menukarte": ("Menükarte",),
        "search=a&skill=print": ("Menükarte",),
        "category=Print": ("Menükarte",),
        "budget=60": ("Menükarte",),
        "search=nothing": (),
        "before=nonsense": ("Menükarte", "Database"),
        "before=9999-12-31T23:59:59-12:00~x": ("Menükarte", "Database"),
    }.items():
        page = browser.get(f"/jobs?{query}").text
        assert tuple(name for name in ("Menükarte", "Database") if f"<b>{name}" in page) == found
    assert "Type the amount as a number" in browser.get("/jobs?budget=x").text
    assert browser.get("/jobs?search=%00&skill=%00&before=%00~%00").status_code == 200


def test_more_than_a_page_of_jobs_has_a_next_page(story: Any, signed_in: Any, they: Any) -> None:
    with story() as session:
        for n in range(23):
            post_job(session, they.alice, title=f"Job no. {n:02}")
    browser = signed_in(they.bob)
    first = browser.get("/jobs").text
    assert first.count("<b>Job no. ") == 20
    address = first.partition('href="/jobs?before=')[2].partition('"')[0]
    second = browser.get("/jobs?before=" + address).text
    assert second.count("<b>Job no. ") == 3
    assert not {f"Job no. {n:02}" for n in range(23) if f"Job no. {n:02}" in first} & {
        f"Job no. {n:02}" for n in range(23) if f"Job no. {n:02}" in second
    }


def test_the_list_is_not_sent_again_until_it_changes(story: Any, signed_in: Any, they: Any) -> None:
    browser = signed_in(they.bob)
    tag = browser.get("/jobs").headers["ETag"]
    again = browser.get("/jobs", headers={"If-None-Match": tag})
    assert again.status_code == 304
    with story() as session:
        post_job(session, they.alice)
    assert browser.get("/jobs", headers={"If-None-Match": tag}).status_code == 200


def test_an_invited_job_is_404_for_strangers_in_every_way(
    story: Any, signed_in: Any, they: Any
) -> None:
    with story() as session:
        job = post_job(session, they.alice, audience="invited", title="A secret")
    browser = signed_in(they.mallory)
    assert "A secret" not in browser.get("/jobs?search=secret").text
    for address in ("", "/edit", "/proposals", "/proposals/new", "/invitations/new"):
        assert browser.get(f"/jobs/{job.id}{address}").status_code == 404, address
    for address in (
        "/edit", "/closure", "/reopening", "/invitations", "/proposals/new", "/proposals/rows"
    ):  # fmt: skip
        assert browser.post(f"/jobs/{job.id}{address}").status_code == 404, address


def test_what_belongs_to_the_client_is_refused_to_who_sees_the_job(
    story: Any, signed_in: Any, they: Any
) -> None:
    with story() as session:
        job = post_job(session, they.alice)
    browser = signed_in(they.bob)
    for address in ("/edit", "/closure", "/reopening", "/invitations"):
        assert browser.post(f"/jobs/{job.id}{address}").status_code == 403, address
    assert browser.get(f"/jobs/{job.id}/proposals").status_code == 404


def test_a_job_is_closed_and_opened_again(story: Any, signed_in: Any, they: Any) -> None:
    with story() as session:
        job = post_job(session, they.alice)
    browser = signed_in(they.alice)
    assert "Close job" in browser.get(f"/jobs/{job.id}").text
    browser.post(f"/jobs/{job.id}/closure")
    assert only(story, Job).state == "closed"
    assert "takes no new proposals" in signed_in(they.bob).get(f"/jobs/{job.id}").text
    browser.post(f"/jobs/{job.id}/reopening")
    assert only(story, Job).state == "open"
    assert browser.post(f"/jobs/{job.id}/reopening").status_code == 409


def test_somebody_is_invited_from_the_job_and_from_their_profile(
    story: Any, signed_in: Any, they: Any
) -> None:
    with story() as session:
        first, second = (post_job(session, they.alice, title=name) for name in ("One", "Two"))
    browser = signed_in(they.alice)
    assert browser.post(f"/jobs/{first.id}/invitations", data={"invite": ""}).status_code == 422
    unknown = browser.post(f"/jobs/{first.id}/invitations", data={"invite": "Who?", "note": "Hi"})
    assert unknown.status_code == 422
    assert "Hi" in unknown.text
    browser.post(f"/jobs/{first.id}/invitations", data={"invite": "bob@example.org"})
    form = browser.get(f"/people/{they.bob.id}/invitations/new").text
    assert "Two" in form
    assert f"/jobs/new?for={they.bob.id}" in form
    answer = browser.post(
        f"/people/{they.bob.id}/invitations", data={"job": second.id, "note": "Please"}
    )
    assert answer.location == f"/people/{they.bob.id}"
    with story() as session:
        asked = {row.job_id: row.note for row in session.scalars(select(Invitation))}
    assert asked == {first.id: "", second.id: "Please"}
    assert "Bob Okafor (" in browser.get(f"/jobs/new?for={they.bob.id}").text
    assert "You are invited to propose" in signed_in(they.bob).get("/jobs").text


def test_the_pages_of_jobs_are_clean_html(story: Any, signed_in: Any, they: Any) -> None:
    with story() as session:
        job = post_job(session, they.alice, questions=("Why?",), closes_on=None)
        propose(session, job, they.bob)
    client, freelancer = signed_in(they.alice), signed_in(they.bob)
    pages = [
        client.get(address).text
        for address in (
            "/jobs", "/jobs?search=none", "/jobs/new", f"/jobs/{job.id}", f"/jobs/{job.id}/edit",
            f"/jobs/{job.id}/invitations/new", f"/people/{they.bob.id}/invitations/new",
        )
    ]  # fmt: skip
    pages += [freelancer.get(address).text for address in ("/jobs", f"/jobs/{job.id}")]
    pages.append(client.post("/jobs/new", data={"title": ""}).text)
    for page in pages:
        assert html_findings(page) == [], page[:2000]
