"""The way of the money through the pages, without a script."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from app.escrow import accounts, audit, ledger, reads
from app.jobs.proposing import LineDraft
from tests import rooms
from tests.people import mallory
from tests.rooms import Room
from tests.stories import LOGO


@dataclass
class People:
    """Browsers of the people of one agreed room, and its ids."""

    room: Room
    engagement_id: str
    ids: list[str]
    alice: Any
    bob: Any
    olga: Any
    mallory: Any


@pytest.fixture
def people(story: Any, signed_in: Any, request: pytest.FixtureRequest) -> People:
    """Alice, Bob and Olga at the agreed logo design (or at the lines that the test gives)."""
    with story() as session:
        room = rooms.agreed(session, lines=getattr(request, "param", LOGO))
        outsider = mallory(session)
        engagement_id, ids = room.engagement.id, [one.id for one in room.milestones]
    everybody = (room.client, room.freelancer, room.operator, outsider)
    return People(room, engagement_id, ids, *(signed_in(person) for person in everybody))


def soup(answer: Any) -> BeautifulSoup:
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def send(browser: Any, page: str, button: str, **typed: Any) -> Any:
    """Fill the form that has this button and send it, as a browser does."""
    answer = browser.get(page)
    shown = soup(answer)
    pressed = next(one for one in shown.find_all("button") if one.text.strip() == button)
    form = pressed.find_parent("form")
    labels = {label.text.strip(): label for label in form.find_all("label")}
    data: dict[str, Any] = {}
    for control in form.find_all(["input", "textarea", "select"]):
        kind = control.get("type", "text")
        if kind in ("checkbox", "radio") and not control.has_attr("checked"):
            continue
        if kind == "file":
            continue
        if control.name == "select":
            chosen = control.find("option", selected=True) or control.find("option")
            data[control["name"]] = chosen["value"]
        elif control.get("name"):
            data[control["name"]] = control.get("value") or control.text
    for name, value in typed.items():
        label = labels[name.replace("_", " ")]
        control = shown.find(id=label["for"]) if label.get("for") else label.find("input")
        assert control is not None, name
        given = control["value"] if value is True else value
        if control.get("type") == "checkbox":
            data.setdefault(control["name"], [])
            data[control["name"]] = [*data[control["name"]], given]
        else:
            data[control["name"]] = given
    if form.get("method") == "get":
        return browser.get(form["action"], query_string=data, follow_redirects=True)
    return browser.post(form["action"], data=data, follow_redirects=True)


def balance_of(story: Any, person: Any) -> int:
    with story() as session:
        assert audit.audit(session) == []
        return ledger.balance(session, accounts.balance(person.id), "USD")


def fund_by_bank(people: People, milestone_id: str, received: str = "") -> Any:
    page = soup(send(people.alice, f"/milestones/{milestone_id}/funding", "Fund"))
    reference = re.search(r"MP-\w{4}-\w{4}", page.text)
    assert reference
    typed = {"Amount_received": received} if received else {}
    return send(
        people.olga, f"/board/money?reference={reference.group()}", "Confirm received",
        Paid_by="A. Ruiz", Account="US1", Bank_reference="9", **typed,
    )  # fmt: skip


def test_the_client_funds_by_bank_transfer_and_the_operator_confirms(
    people: People, story: Any
) -> None:
    first = people.ids[0]
    page = people.alice.get(f"/milestones/{first}/funding")
    assert soup(page).h1.text == "Fund “Start fee deposit”"
    waiting = soup(send(people.alice, f"/milestones/{first}/funding", "Fund", Comment="PO 12"))
    assert waiting.h1.text == "Waiting for your bank"
    again = soup(people.alice.get(f"/milestones/{first}/funding"))
    assert again.h1.text == "Waiting for your bank"
    confirmed = send(people.olga, "/board/money", "Confirm received", Paid_by="A. Ruiz")
    assert "$75.00 is confirmed" in confirmed.text
    with story() as session:
        assert reads.money(session, people.engagement_id).held_minor == 7500


def test_a_short_payment_shows_what_is_funded_and_asks_for_the_rest(people: People) -> None:
    first = people.ids[0]
    fund_by_bank(people, first, received="50")
    page = people.alice.get(f"/milestones/{first}/funding").text
    assert "$25.00" in page and "$50.00 of $75.00 funded already" in page
    assert (
        "$50.00 of $75.00 funded" in people.bob.get(f"/workrooms/{people.engagement_id}/money").text
    )


def test_several_milestones_go_into_one_payment_of_test_money(people: People, story: Any) -> None:
    shown = soup(people.alice.get(f"/milestones/{people.ids[0]}/funding"))
    ticks = [label.text.strip() for label in shown.select("fieldset label") if "due" in label.text]
    assert ticks[0] == "6 concepts, $75.00, due 10 Nov"
    answer = send(
        people.alice, f"/milestones/{people.ids[0]}/funding", "Fund",
        **{ticks[0]: True, "Test money (at once; nothing here is real)": True},
    )  # fmt: skip
    assert "$150.00 is in escrow." in answer.text
    with story() as session:
        states = [row.state for row in reads.milestones(session, people.engagement_id)]
    assert states[:3] == ["funded", "funded", "planned"]


@pytest.mark.settings(demo=False)
def test_test_money_is_offered_in_demo_mode_only(people: People) -> None:
    page = f"/milestones/{people.ids[0]}/funding"
    assert "Test money" not in people.alice.get(page).text
    answer = people.alice.post(page, data={"method": "test"})
    assert answer.status_code == 422 and "Choose one of these." in answer.text


def test_work_is_handed_in_approved_and_the_page_leads_to_the_next(
    people: People, story: Any
) -> None:
    first, second = people.ids[:2]
    fund_by_bank(people, first)
    handed = send(
        people.bob, f"/milestones/{first}/submissions/new", "Submit work",
        Note="Two *drafts*", Link_to_the_work="https://example.org/x",
    )  # fmt: skip
    assert "is submitted" in handed.text
    page = handed.request.path
    review = people.alice.get(page)
    assert soup(review).h1.text == "Review “Start fee deposit”" and "<em>drafts</em>" in review.text
    approved = soup(send(people.alice, page, "Approve and release"))
    assert "$75.00 is released" in approved.text
    fund = approved.find("a", string="Fund")
    assert fund and fund["href"] == f"/milestones/{second}/funding"
    assert balance_of(story, people.room.freelancer) == 7500


def test_changes_are_requested_with_a_reason_and_the_work_comes_again(people: People) -> None:
    first = people.ids[0]
    fund_by_bank(people, first)
    page = send(people.bob, f"/milestones/{first}/submissions/new", "Submit work").request.path
    empty = people.alice.post(f"{page}/changes", data={"reason": " "})
    assert empty.status_code == 422 and "What should change is needed." in empty.text
    asked = send(people.alice, page, "Request changes", What_should_change="Wider letters")
    assert "Wider letters" in asked.text
    late = people.alice.post(f"{page}/approval")
    assert late.status_code == 409
    again = send(people.bob, f"/milestones/{first}/submissions/new", "Submit work", Note="Wider")
    assert "submission 2" in people.alice.get(again.request.path).text


def test_a_submission_is_withdrawn(people: People) -> None:
    first = people.ids[0]
    fund_by_bank(people, first)
    page = send(people.bob, f"/milestones/{first}/submissions/new", "Submit work").request.path
    assert "withdrawn" in send(people.bob, page, "Withdraw submission").text


def test_htmx_gets_the_review_fragment_and_the_notice(people: People) -> None:
    first = people.ids[0]
    fund_by_bank(people, first)
    page = send(people.bob, f"/milestones/{first}/submissions/new", "Submit work").request.path
    answer = people.alice.post(f"{page}/approval", headers={"HX-Request": "true"})
    assert answer.status_code == 200 and '<section hx-swap-oob="true"' in answer.text
    assert "<html" not in answer.text and "is released" in answer.text


CHECKPOINTS = (LineDraft("Kick-off", "", None, 0), LineDraft("Work", "", None, 500))


@pytest.mark.parametrize("people", [CHECKPOINTS], indirect=True)
def test_a_checkpoint_is_approved_without_money(people: People) -> None:
    assert (
        "A checkpoint needs no money"
        in people.alice.get(f"/milestones/{people.ids[0]}/funding").text
    )
    page = send(
        people.bob, f"/milestones/{people.ids[0]}/submissions/new", "Submit work"
    ).request.path
    assert "is approved" in send(people.alice, page, "Approve and release").text


def test_a_deposit_is_released_from_the_page_of_its_milestone(people: People, story: Any) -> None:
    first = people.ids[0]
    assert "Release without submission" not in people.alice.get(f"/milestones/{first}").text
    fund_by_bank(people, first)
    answer = send(people.alice, f"/milestones/{first}", "Release without submission")
    assert soup(answer).h1.text == "Fund “6 concepts”"
    assert "Paid in" in people.bob.get(f"/milestones/{first}").text
    assert balance_of(story, people.room.freelancer) == 7500


def test_payments_lead_from_job_to_milestone_to_fund(people: People, story: Any) -> None:
    chosen = send(people.alice, "/payments/new", "Next")
    page = f"/payments/new?job={people.engagement_id}"
    assert "6 concepts" in chosen.text
    paid = send(people.alice, page, "Fund", **{"Test money (at once; nothing here is real)": True})
    assert "$75.00 is in escrow." in paid.text
    with story() as session:
        assert reads.money(session, people.engagement_id).held_minor == 7500


def test_the_freelancer_asks_for_a_payout_and_the_operator_marks_it_paid(
    people: People, story: Any
) -> None:
    fund_by_bank(people, people.ids[0])
    send(people.alice, f"/milestones/{people.ids[0]}", "Release without submission")
    page = soup(people.bob.get("/payments"))
    assert "$75.00" in page.text
    too_much = people.bob.post("/payouts/USD", data={"USD-amount": "75.01"})
    assert too_much.status_code == 422 and "Your balance is $75.00." in too_much.text
    for nonsense in ("1e5", "NaN", "12.345", "-1", "1,2,3", "9" * 40, "0", "", "\x00"):
        assert people.bob.post("/payouts/USD", data={"USD-amount": nonsense}).status_code == 422
    assert "is requested" in send(people.bob, "/payments", "Request payout", Amount="70").text
    assert "is marked as paid" in send(people.olga, "/board/money", "Mark as paid").text
    assert balance_of(story, people.room.freelancer) == 500


def test_a_payment_posted_twice_acts_once(people: People) -> None:
    page = f"/milestones/{people.ids[0]}/funding"
    for _ in range(2):
        answer = people.alice.post(page, data={"method": "test", "once": "k1"})
        assert answer.status_code == 303
    statement = people.alice.get(f"/workrooms/{people.engagement_id}/money.csv").text
    assert statement.count("Paid in") == 1


def test_the_statement_downloads_as_csv_and_holds_no_formula(people: People) -> None:
    fund_by_bank(people, people.ids[0])
    answer = people.bob.get(f"/workrooms/{people.engagement_id}/money.csv")
    assert answer.mimetype == "text/csv" and ",75.00,75.00,USD" in answer.text


def test_nonsense_is_refused_beside_its_field_when_money_is_confirmed(people: People) -> None:
    send(people.alice, f"/milestones/{people.ids[0]}/funding", "Fund")
    form = soup(people.olga.get("/board/money")).select_one("form[action$=receipt]")
    assert form
    names = [one["name"] for one in form.select("input[name]")]
    amount = next(name for name in names if name.endswith("received"))
    day = next(name for name in names if name.endswith("value_on"))
    for bad in ("1e5", "NaN", "12.345", "-1", "0", "1,2,3", ""):
        answer = people.olga.post(form["action"], data={amount: bad, day: "2026-11-03"})
        assert answer.status_code == 422, bad
    answer = people.olga.post(form["action"], data={amount: "75", day: "31 Feb 2026"})
    assert answer.status_code == 422 and "31 Feb 2026" in answer.text


def test_the_other_sides_acts_are_refused_with_403(people: People) -> None:
    first = people.ids[0]
    assert people.bob.get(f"/milestones/{first}/funding").status_code == 403
    assert people.bob.post(f"/milestones/{first}/funding").status_code == 403
    assert people.bob.post(f"/milestones/{first}/release").status_code == 403
    assert people.alice.get(f"/milestones/{first}/submissions/new").status_code == 403
    assert people.alice.post(f"/milestones/{first}/submissions").status_code == 403
    fund_by_bank(people, first)
    page = send(people.bob, f"/milestones/{first}/submissions/new", "Submit work").request.path
    assert people.bob.post(f"{page}/approval").status_code == 403
    assert people.bob.post(f"{page}/changes").status_code == 403
    assert people.alice.post(f"{page}/withdrawal").status_code == 403


def test_strangers_meet_404_everywhere(people: People) -> None:
    first = people.ids[0]
    fund_by_bank(people, first)
    page = send(people.bob, f"/milestones/{first}/submissions/new", "Submit work").request.path
    send(people.alice, f"/milestones/{people.ids[1]}/funding", "Fund")
    other = people.mallory
    room = f"/workrooms/{people.engagement_id}"
    reads = (
        f"/milestones/{first}", f"/milestones/{first}/funding", page, f"{room}/money",
        f"/milestones/{first}/submissions/new", f"{room}/money.csv", "/board/money",
        "/board/checks", f"/payments/new?job={people.engagement_id}", "/milestones/nothing",
    )  # fmt: skip
    for address in reads:
        assert other.get(address).status_code == 404, address
    writes = (
        f"/milestones/{first}/funding", f"/milestones/{first}/submissions",
        f"/milestones/{first}/release", f"{page}/approval", f"{page}/changes",
        f"{page}/withdrawal", "/payments/x/cancellation", "/payouts/x/cancellation",
        "/board/payments/x/receipt", "/board/refunds/x/sending", "/board/payouts/x/sending",
    )  # fmt: skip
    for address in writes:
        assert other.post(address).status_code == 404, address
    assert other.post("/payments", data={"job": people.engagement_id}).status_code == 404


def test_the_operator_sees_that_the_books_are_whole(people: People) -> None:
    fund_by_bank(people, people.ids[0])
    assert "The books are whole" in people.olga.get("/board/checks").text


def test_a_euro_transfer_has_a_code_that_bank_apps_read() -> None:
    from app.adapters import bank

    account = "Acme client money, DE89 3704 0044 0532 0130 00, Bank X"
    assert "<svg" in bank.transfer_code(account, "Acme", 7500, "EUR", "MP-7K4D-92QX")
    assert bank.transfer_code(account, "Acme", 7500, "USD", "MP-7K4D-92QX") == ""
    assert bank.transfer_code("DE89 0000", "Acme", 7500, "EUR", "MP-7K4D-92QX") == ""
    assert "style=" not in bank.transfer_code(account, "Acme", 7500, "EUR", "x")


def prefunded(session: Session) -> tuple[Room, str, str]:
    from app.terms import negotiation, reads

    room = rooms.negotiated(session)
    revision = negotiation.send(session, room.engagement, by=room.client, at=rooms.NOON)
    line = reads.lines(session, revision.id)[0]
    assert line.milestone_id
    return room, revision.id, line.milestone_id


def test_the_client_prefunds_waiting_terms(story: Any, signed_in: Any) -> None:
    with story() as session:
        room, revision_id, milestone_id = prefunded(session)
        engagement_id = room.engagement.id
    alice, bob, olga = map(signed_in, (room.client, room.freelancer, room.operator))
    page = f"/milestones/{milestone_id}/funding"
    assert "Not yet" in alice.get(page).text
    address = f"{page}?revision={revision_id}"
    assert bob.get(address).status_code == 403
    waiting = soup(send(alice, address, "Fund"))
    assert waiting.h1.text == "Waiting for your bank"
    send(olga, "/board/money", "Confirm received")
    assert "Put in for terms that wait" in alice.get(f"/workrooms/{engagement_id}/money").text
    declined = bob.post(f"/revisions/{revision_id}/declination", data={"reason": "Too low"})
    assert declined.status_code == 303
    assert "Mark as sent" in olga.get("/board/money").text
    assert "marked as sent" in send(olga, "/board/money", "Mark as sent").text
    kept_open = alice.get(address)
    assert kept_open.status_code == 200
    assert "These terms do not wait any more" in kept_open.text
