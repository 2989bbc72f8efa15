"""Every act either asks again who is there, or says here why it need not (decision 0102)."""

from __future__ import annotations

import pytest

from tests.demo_board import Demo

pytestmark = pytest.mark.any_database

WAY_IN = "it is a way in or out: there is nobody yet to ask again"
TERMS = "the two sides' own agreement; the money stays in escrow, or goes back where it came from"
OWN = "a side's own decision in its workroom, as by a link from an e-mail; it pays the other side"
FUNDING = "brings the payer's own money into escrow, from where it can go back to them"
WORDS = "says something; no money and no permission depends on it"
DISPUTE = "a side's own word in its dispute; the sum stays frozen until both, or an arbiter, agree"
PAPER = "writes a document about money that has moved; moves none"
READING = "reads, or leaves out, lines of a statement; moves no money"

NOT_ASKED = {
    "people.set_up": WAY_IN,
    "people.sign_in": WAY_IN,
    "people.sign_out": WAY_IN,
    "people.ask_for_link": WAY_IN,
    "people.ask_for_new_link": WAY_IN,
    "people.ask_for_password": WAY_IN,
    "people.choose_password": "the mailed link is the proof",
    "people.follow_link": WAY_IN,
    "people.join": WAY_IN,
    "people.prove": "this is how one is asked",
    "people.ask_for_proof_link": "this is how one is asked",
    "people.follow_proof_link": "this is how one is asked",
    "people.change_password": "asks for the present password; without one it asks again, as others",
    "people.change_profile": WORDS,
    "people.end_sign_in": "takes access away, from a browser of one's own; must be quick",
    "board.invite": "makes a member without any permission; those are given by `set_powers`",
    "mail.choose": "what moves money or terms, and what changed an account, cannot be turned off",
    "mail.leave": "a link from an e-mail, for switchable ones only",
    "mail.follow_link": "a link from an e-mail is bound to one decision, and is its own proof",
    "mail.try_letter_again": "sends the same e-mail to the same address",
    "escrow.stripe_webhook": "no person: the signature is the key",
    "escrow.approve": OWN,
    "escrow.release_part": OWN,
    "escrow.release_it": OWN,
    "escrow.request_changes": OWN,
    "escrow.submit": OWN,
    "escrow.withdraw": OWN,
    "escrow.ask_back": OWN,
    "escrow.agree_to_ask": OWN,
    "escrow.refuse_ask": OWN,
    "escrow.withdraw_ask": OWN,
    "escrow.fund": FUNDING,
    "escrow.make_payment": FUNDING,
    "escrow.pay_bonus": FUNDING,
    "escrow.go_to_checkout": FUNDING,
    "escrow.cancel_payment": FUNDING,
    "escrow.cancel_payout": "puts one's own money back on one's own balance",
    "escrow.open_dispute": DISPUTE,
    "escrow.answer_dispute": DISPUTE,
    "escrow.offer": DISPUTE,
    "escrow.enter_number": DISPUTE,
    "escrow.accept_offer": DISPUTE,
    "escrow.call_arbiter": DISPUTE,
    "escrow.withdraw_dispute": DISPUTE,
    "escrow.take_on_dispute": "decides nothing yet: ruling asks; both sides are told at once",
    "escrow.import_statements": READING,
    "escrow.choose_columns": READING,
    "escrow.discard_file": READING,
    "escrow.forget_columns": READING,
    "escrow.ignore_both_entries": READING,
    "escrow.separate_entries": READING,
    "escrow.set_aside_entry": READING,
    "escrow.take_up_entry": READING,
    "escrow.close_task": "ticks a to-do off",
    "escrow.cancel_preparation": "keeps money where it is",
    "escrow.issue_invoice": PAPER,
    "escrow.reverse_invoice": PAPER,
    "escrow.issue_fee_invoices": PAPER,
    "escrow.reverse_fee_invoice": PAPER,
    "terms.accept": TERMS,
    "terms.decline": TERMS,
    "terms.edit_rows": TERMS,
    "terms.end_engagement": TERMS,
    "terms.select_proposal": TERMS,
    "terms.send_terms": TERMS,
    "terms.withdraw": TERMS,
    "feedback.leave_feedback": WORDS,
    "feedback.reply": WORDS,
    "jobs.close_job": WORDS,
    "jobs.decline": WORDS,
    "jobs.edit_rows": WORDS,
    "jobs.invite": WORDS,
    "jobs.invite_person": WORDS,
    "jobs.keep_note": WORDS,
    "jobs.new_rows": WORDS,
    "jobs.post_job": WORDS,
    "jobs.reopen_job": WORDS,
    "jobs.save_job": WORDS,
    "jobs.save_proposal": WORDS,
    "jobs.send_proposal": WORDS,
    "jobs.shortlist": WORDS,
    "jobs.undo_decline": WORDS,
    "jobs.withdraw_proposal": WORDS,
    "talk.add_files": WORDS,
    "talk.post_message": WORDS,
    "talk.post_talk": WORDS,
    "workroom.file_report": WORDS,
}
"""Acts that do not ask again, and why each need not."""
SAFE = {"GET", "HEAD", "OPTIONS"}


def acts(demo: Demo) -> set[str]:
    rules = demo.app.url_map.iter_rules()
    return {rule.endpoint for rule in rules if (rule.methods or set()) - SAFE}


def asks(demo: Demo) -> set[str]:
    views = demo.app.view_functions
    return {name for name in acts(demo) if getattr(views[name], "proved", False)}


def test_every_act_asks_again_or_says_why_not(demo: Demo) -> None:
    assert sorted(acts(demo) - asks(demo) - set(NOT_ASKED)) == [], (
        "put @proved below the guard of these, or say in NOT_ASKED why they need not ask"
    )


def test_no_act_is_on_both_lists_and_no_name_is_dead(demo: Demo) -> None:
    assert sorted(set(NOT_ASKED) & asks(demo)) == []
    assert sorted(set(NOT_ASKED) - acts(demo)) == []


def test_a_safe_method_reaches_no_act_that_asks(demo: Demo) -> None:
    """The proof stands in the view: a GET on the same view would have to be proved, too."""
    rules = [rule for rule in demo.app.url_map.iter_rules() if rule.endpoint in asks(demo)]
    assert [rule for rule in rules if "GET" in (rule.methods or set())] == []


def test_what_moves_money_or_trust_asks(demo: Demo) -> None:
    named = {
        "people.change_money", "people.undo_payout_account", "escrow.ask_for_payout",
        "escrow.change_fee", "escrow.rule", "escrow.second_act", "escrow.hold_entry",
        "board.set_powers", "board.stop_access", "board.restart_access", "board.change_settings",
        "board.add_account", "board.delete_account", "board.change_limits",
    }  # fmt: skip
    assert sorted(named - asks(demo)) == []


def test_the_proof_is_asked_below_the_guard(demo: Demo) -> None:
    """A stranger finds nothing, and is not asked for a password."""
    for name in asks(demo):
        assert hasattr(demo.app.view_functions[name], "guard"), name
