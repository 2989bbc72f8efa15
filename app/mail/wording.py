"""One table words every refusal alike, for pages, letters and links. Append yours; a test looks.

`{amount}` stands for the fact `amount_minor` written in the fact `currency`; any other fact stands
under its own name. A sentence says what happened, that nothing was lost, and what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.kernel import money
from app.mail.dispute_words import DISPUTES

OTHERWISE = "That cannot be done now. Nothing was changed; open the page again to see why."

WORDS: dict[str, str] = {
    # the board and its people
    "board.exists": "This board has been set up already. Sign in instead.",
    "account.exists": "Somebody with this address is on the board already. If it is you, "
    "sign in, or have a sign-in link mailed to you.",
    "person.no_name": "Your name is needed.",
    "person.no_email": "E-mail is needed.",
    "board.no_name": "Board name is needed.",
    "joining.needed": "On this board people join by invitation. "
    "Ask whoever runs it for one; nothing was changed.",
    "joining.used": "This invitation was used already. If it was you, sign in.",
    "joining.expired": "This invitation is over. Ask whoever sent it for a new one.",
    "sign_in.throttled": "This was tried too often. Wait {minutes} minutes, then try again; "
    "your account is safe.",
    "sign_in.by_link_only": "Too many wrong passwords were typed for this address today. Press "
    "“E-mail me a sign-in link”, or use a browser where you signed in before; your account is "
    "safe.",
    "password.common": "This is one of the passwords that are guessed first. Choose another: "
    "four words that do not belong together are good.",
    "password.own_words": "Half of this or more is your name, your address or the board's name, "
    "which are guessed first. Choose other words.",
    "operator.last": "A board needs an operator, and this is the last one. "
    "Make somebody else operator first; nothing was changed.",
    "access.own": "You cannot stop your own access. Another operator can; nothing was changed.",
    "access.stopped": "Your access to this board is stopped, so nothing was done. "
    "Write to whoever runs the board.",
    "payout_account.changed_meanwhile": "Your payout account was changed since you opened this "
    "page. Nothing was saved; to set this one, save again.",
    "payout_account.nothing_to_undo": "No change of your payout account waits any more. "
    "Type the account that you want into your settings; nothing was changed.",
    "link.stopped": "Your access to this board is stopped, so this link does nothing.",
    "link.used": "This link was used already. Nothing was changed.",
    "link.expired": "This link is over. Nothing was changed; ask for a new one.",
    "link.revoked": "This link was taken back, because things moved on. Nothing was changed.",
    # jobs and proposals
    "job.awarded": "The client has chosen somebody for this job already. Nothing was changed.",
    # posting, inviting, proposing
    "job.not_hiring": "You joined to work, not to hire. Choose “Hire” or “Both” in your settings, "
    "then post a job.",
    "job.not_a_draft": "This job was posted already. Nothing was changed.",
    "job.not_closed": "This job is not closed. Nothing was changed.",
    "job.not_yours": "Only the client of this job can do this. Nothing was changed.",
    "job.not_taking": "This job takes no new proposals now.",
    "job.closing_date_passed": "The closing date has passed, so this job takes no new proposals. "
    "What you typed was not sent.",
    "job.closes_in_the_past": "This day is past. Choose today or later, or leave it empty.",
    "job.no_title": "Title is needed.",
    "job.budget_upside_down": "The highest budget is below the lowest one.",
    "job.currency_is_used": "Somebody has proposed in {currency} already, so the currency stays.",
    "job.too_many_questions": "At most {most} questions, please.",
    "job.audience": "Choose who may see it.",
    "invitation.self": "You cannot invite yourself to your own job.",
    "invitation.not_a_freelancer": "{name} joined to hire, not to work, so cannot be invited.",
    "invite.unknown": "“{name}” is nobody on this board, and not an e-mail address. "
    "Nobody was invited.",
    "invite.ambiguous": "More than one person is called “{name}”. Type the e-mail address instead. "
    "Nobody was invited.",
    "invite.too_many": "At most {most} at once, please. Nobody was invited.",
    "proposal.own_job": "This is your own job: you cannot propose to it.",
    "proposal.not_working": "You joined to hire, not to work. Choose “Work” or “Both” in your "
    "settings, then propose.",
    "proposal.exists": "You proposed to this job already. Edit that proposal instead; "
    "nothing was sent.",
    "proposal.not_open": "This proposal has moved on: it is {state} now. Nothing was changed.",
    "proposal.not_declined": "This proposal is not declined. Nothing was changed.",
    "proposal.not_yours": "This step belongs to the other side. Nothing was changed.",
    "proposal.no_lines": "At least one milestone is needed; the final result will do.",
    "proposal.too_many_lines": "At most {most} milestones, please.",
    "proposal.line_without_title": "Each milestone needs a name.",
    "proposal.line_below_zero": "An amount cannot be below zero.",
    "proposal.total_too_large": "The total is larger than the board can keep.",
    # messages and files
    "message.empty": "Type a message, or choose a file.",
    "message.long": "At most {most} characters. Please shorten it, or send it as a file.",
    "file.empty": "“{name}” is empty. Choose the files again without it.",
    "file.too_large": "“{name}” is too large. Choose smaller files; nothing was kept.",
    "file.too_many": "At most {most} files at once, please. Nothing was kept.",
    # terms
    "terms.changed": "The terms have changed since you opened this page. The newer ones are "
    "shown now; nothing was agreed, and what you typed is kept.",
    "terms.own": "These terms are your own. The other side accepts or declines them; "
    "you can withdraw them.",
    "terms.not_yours": "Only who proposed these terms can withdraw them. You can decline them.",
    "terms.yours_waits": "Your last terms still wait for an answer. Withdraw them first, "
    "then send others.",
    "terms.client_first": "The client sends the first terms. You are told when they come.",
    "terms.touches_closed": "These terms change “{title}”, which has been closed meanwhile, so "
    "they can no longer be accepted. Propose changes: the table then starts from what is true now.",
    "terms.reason_missing": "Say in a few words why, so that the other side can do better.",
    "terms.reason_too_long": "The reason is too long: {most} characters at most.",
    "terms.no_lines": "Terms need at least one milestone. The final result alone is fine.",
    "terms.too_many_lines": "Terms can have {most} milestones at most.",
    "terms.line_title": "Milestone {position} needs a title of at most {most} characters.",
    "terms.line_amount": "The amount of milestone {position} cannot be used.",
    "terms.total": "The total is larger than the board can keep.",
    "terms.fee_changed": "The board's fee has changed since you opened this page. It is shown "
    "below as it is now; nothing was sent.",
    "terms.review_days": "Review days are a whole number from 1 to 30, or empty for none.",
    "terms.same": "This is what no. {number} says already. Nothing was sent; change something, "
    "or decide on no. {number}.",
    "job.not_open": "This job is not open now, so nothing was changed. "
    "Its client can open it again.",
    "engagement.over": "This engagement is over. Nothing more can be changed in it.",
    "ending.money_held": "Money waits in escrow, so it is asked back first. Nothing was changed.",
    "ending.nothing_held": "There is no money to ask back now. Open the page again to see how it "
    "stands; nothing was changed.",
    "ending.asked": "The money in escrow is asked back already. The engagement can be ended when "
    "it has gone back, or been released; nothing was changed.",
    "ending.submitted": "Work waits for your review. Approve it, release part of it, or request "
    "changes first. Money for other milestones can be asked back. Nothing was changed.",
    "ending.submitted_yours": "Your submitted work waits for review. Withdraw the submission "
    "first, or wait for the client; nothing was changed.",
    "terms.below_released": "{released} of “{title}” is released already, or went back after a "
    "dispute. Lower it to that at least, which closes it; nothing was agreed.",
    "ask.not_yours": "Only the client asks for money back. Nothing was changed.",
    "ask.others": "The freelancer answers this. Nothing was changed.",
    "ask.not_now": "The money for “{title}” cannot be asked back now: something was handed in, "
    "or decided, or asked already. Nothing was changed.",
    "ask.nothing": "Tick at least one.",
    "ask.reason_missing": "Say in a few words why, so that the other side can answer.",
    "ask.answer_missing": "Say in a few words why the money should stay.",
    "ask.decided": "The ask for the money of “{title}” does not wait any more. "
    "Nothing was changed.",
    "dormancy.submitted": "Work waits for review, so the money stays. Nothing was changed.",
    # status reports
    "report.not_yours": "Only the freelancer reports on the work. Nothing was changed.",
    "report.not_begun": "Reports begin with the first funding. Nothing was kept; wait until then.",
    "report.over": "This work ended more than a week ago, so no report is taken any more. "
    "Write a message instead.",
    "report.already": "The report for week {week} was sent already. "
    "Write a message for what is new.",
    "report.week": "There is no report for this week. Choose a week of this work.",
    "report.hours": "A week has 168 hours. Type fewer.",
    "report.empty": "Say what was done, or press “Nothing this week”.",
    "report.percent": "Progress is a whole number from 0 to 100.",
    # feedback
    "feedback.too_early": "Feedback is left after the end of the work. Nothing was kept.",
    "feedback.closed": "Feedback could be left for 14 days after the end. Nothing was kept.",
    "feedback.already": "You left your feedback already; it is kept as it was.",
    "feedback.replied": "You replied already; your first reply stands.",
    "feedback.rating": "Choose from 1 to 5.",
    "text.empty": "Write something first.",
    "text.too_long": "At most {most} characters. Please shorten it.",
    # money and work
    "funding.not_yours": "Only the client puts money into escrow. Nothing was changed.",
    "funding.not_agreed": "Milestones are funded while agreed terms are in force. "
    "Nothing was changed.",
    "funding.not_needed": "“{title}” needs no more money. Open the workroom to see how it stands; "
    "nothing was changed.",
    "funding.under_way": "A payment that may still arrive is all that “{title}” needs, so nothing "
    "more was begun. If you have not sent it, say so on its page first.",
    "funding.amount_changed": "The amount has changed since you opened this page: “{title}” needs "
    "{amount} now. Nothing was begun; look at it again, then press Fund.",
    "funding.balance_short": "Your balance is smaller than that. Choose fewer milestones or "
    "another method; nothing was moved.",
    "payment.settled": "This payment is confirmed already. Nothing was moved a second time.",
    "payment.rest_changed": "Another part of this payment was confirmed since the page was opened. "
    "Look at what is missing now; nothing was moved.",
    "payment.not_open": "This payment is not under way any more. Nothing was changed.",
    "payment.not_under_way": "This payment is not on its way any more. Nothing was changed.",
    "payment.nothing_received": "Type what really came, more than nothing.",
    "money.own.not_yours": "You are a party to this, so another operator or bookkeeper confirms "
    "it. Nothing was changed.",
    "refund.settled": "This refund is marked as sent already. Nothing was moved a second time.",
    "returned.by_provider": "The card provider tells the board by itself what becomes of this. "
    "Nothing was changed.",
    "chargeback.by_provider": "The card provider reports chargebacks by itself. "
    "Nothing was changed.",
    "refund.by_provider": "The card provider sends this one by itself. Nothing was changed.",
    "payout.by_provider": "The card provider sends this one by itself. Nothing was changed.",
    "payout.leaving": "This payout is on its way already, so it cannot be taken back. "
    "Nothing was changed.",
    "payout.waits": "The account of this payout was changed, so it waits until {until}. "
    "Nobody can shorten this, and nothing was moved.",
    "payout.settled": "This payout is not waiting any more. Nothing was moved a second time.",
    "payout.nothing": "Type how much is to be paid out.",
    "payout.too_much": "Your balance is {balance}. Type that much or less.",
    # bank statements and files for the bank
    "statement.large": "This file is larger than {most} MB. Export fewer days; nothing was taken.",
    "statement.many": "This file has more than {most} lines. Export fewer days; nothing was taken.",
    "statement.unreadable": "This looked like {format}, and could not be read: {why}. Nothing was "
    "taken.",
    "statement.cut": "This {format} file is cut short: {why}. Download it again; nothing was "
    "taken.",
    "statement.sum": "Something is missing in this {format} file: the opening balance {opening} "
    "and its lines ({lines}) make {sum}, and its closing balance is {closing}. Download it again; "
    "nothing was taken.",
    "statement.unsafe": "This file defines entities or a document type, which no bank does. "
    "Nothing was taken.",
    "statement.none": "No booked line is in this file ({format}). Nothing was taken.",
    "statement.other_format": "This is {name}. Download the statement as CAMT.053, MT940, OFX or "
    "CSV; nothing was taken.",
    "statement.unknown": "This is no CAMT.053, MT940 or OFX, and no CSV with a day and an amount "
    "in its rows. Nothing was taken.",
    "statement.columns": "This CSV leaves open what its columns mean. Say {open}; nothing was "
    "taken.",
    "statement.column_missing": "This column is not in the file. Choose another one.",
    "statement.column_twice": "“{name}” is taken for two things. Choose another column for one.",
    "statement.currency": "Type the three letters of a currency, such as EUR.",
    "statement.word_twice": "A word cannot mean both money in and money out.",
    "statement.zip": "This ZIP is damaged, or packed in a way that the board cannot open. Unpack "
    "it and choose the files in it; nothing was taken.",
    "statement.zip_large": "This ZIP holds more than {most} files or {size} MB. Unpack it and "
    "choose fewer files; nothing was taken.",
    "statement.zip_encrypted": "This ZIP asks for a password. Unpack it and choose the files in "
    "it; nothing was taken.",
    "statement.zip_nested": "There is another ZIP in this ZIP. Unpack it and choose the files in "
    "it; nothing was taken.",
    "entry.decided": "This line was decided on already. Nothing was moved a second time.",
    "statement.decided": "The columns of this file are said already. Nothing was taken twice.",
    "entry.reading": "The file of this line is still being read. Wait until its last line is in; "
    "nothing was moved.",
    "entry.reversed": "The bank took this money back with another line, so it is nobody’s. "
    "Ignore both lines, or separate them; nothing was moved.",
    "entry.not_paired": "This line takes no other one back any more. Nothing was changed.",
    "entry.unknown": "No payment, refund or payout has this reference. Check each sign; "
    "nothing was moved.",
    "entry.currency": "That one is in {asked}, and this money is {currency}. Nothing was moved.",
    "entry.amount": "That one is {amount}, and this line is not. Nothing was moved.",
    "entry.not_sent": "That one is not marked as sent, so it cannot have come back. Confirm the "
    "line that shows it leaving first; nothing was moved.",
    "entry.went_out": "This money left the bank, so it cannot wait in suspense. "
    "Nothing was changed.",
    "export.nothing": "Nothing waits to leave with a file. What left before is marked so.",
    "export.no_account": "A SEPA file needs the board's own IBAN. Write it into the board's "
    "settings as bank account; nothing was marked.",
    "export.moved_on": "This has moved on meanwhile. Open the page again; nothing was marked.",
    "payout.exported": "This payout is on its way to your bank already, so it cannot be taken "
    "back. Nothing was changed.",
    "submission.not_yours": "Handing in belongs to the freelancer. Nothing was changed.",
    "submission.not_funded": "“{title}” is not funded yet. The client is asked for the money; "
    "nothing was handed in.",
    "submission.not_now": "“{title}” cannot be handed in now. Open the milestone to see how it "
    "stands; nothing was changed.",
    "submission.decided": "This submission of “{title}” does not wait any more: it was decided or "
    "withdrawn. Nothing was changed.",
    "review.not_yours": "The client decides on what was handed in. Nothing was changed.",
    "review.reason_missing": "Say in a few words what should change.",
    "part.nothing_held": "Nothing is in escrow for “{title}”. Nothing was released.",
    "part.nothing": "Type how much is to be released.",
    "part.too_much": "{held} is in escrow. Type less.",
    "part.all": "That is all that “{title}” still owes. Approve it instead, which releases it.",
    "part.rest": "Choose what becomes of the rest.",
    "part.disputed": "Some of the money of “{title}” is in dispute. Keep the rest in escrow until "
    "that is over.",
    "bonus.not_yours": "Only the client pays a bonus. Nothing was moved.",
    "bonus.not_agreed": "A bonus is paid once terms were agreed. Nothing was moved.",
    "bonus.nothing": "Type how much the bonus is.",
    "bonus.too_much": "This is more than the board can keep. Type less.",
    "release.not_yours": "Only the client releases money. Nothing was changed.",
    "release.not_full": "{funded} of {whole} is funded for “{title}”: {missing} more is needed "
    "before you can approve. Fund it first, or release part; nothing was released.",
    "release.amount_changed": "The amount of “{title}” has changed since you opened the page. "
    "Look at it again; nothing was released.",
    "release.not_funded": "“{title}” cannot be released as it is now. Open the milestone to see "
    "how it stands; nothing was moved.",
    "invoice.not_yours": "Only the freelancer writes invoices. Nothing was changed.",
    "invoice.no_address": "Your billing address is missing. Write it into your settings, then "
    "issue the invoice; no number was used.",
    "invoice.nothing": "Choose at least one milestone that was released.",
    "invoice.already": "One of these is on an invoice already. Open the money page again; "
    "no number was used.",
    "invoice.reversed": "Invoice no. {number} was taken back already, or is a credit note. "
    "Nothing was changed.",
    "fees.nothing": "Type how much was moved to the firm's own account.",
    "fees.too_much": "The fees that are here come to {balance}. Type that much or less.",
    "fee_invoice.no_address": "The board's billing address is missing. Write it beside the fee, "
    "then write the invoices; no number was used.",
    "fee_invoice.month_open": "This month is not over yet. Write its invoices when it is; "
    "no number was used.",
    "fee_invoice.nothing": "All fees of this month are on invoices. No number was used.",
    "milestone.moved_on": "“{title}” has moved on meanwhile. Open it again; nothing was changed.",
    "returned.over": "{code} does not wait and was not sent, so it cannot have come back. "
    "Nothing was moved.",
    "returned.reason_missing": "Say in a few words what the bank said.",
    "chargeback.not_now": "Nothing of {reference} can be charged back: it did not come through a "
    "bank or a card, or all of it was charged back already. Nothing was moved.",
    "chargeback.amount": "Type more than nothing, and at most {rest}.",
    "chargeback.reason_missing": "Say in a few words why.",
    "preparing.yourself": "You prepared this yourself; above the board’s limit somebody else "
    "confirms it. Nothing was moved.",
    "preparing.differs": "{name} prepared this with {amount} or other transfers. Confirm the same, "
    "or cancel what was prepared first; nothing was moved.",
    "preparing.decided": "This does not wait for a second person any more. Nothing was changed.",
    "preparing.export": "A file is confirmed by asking for the same file. Nothing was made.",
    "board.two_needed": "Two people who see all money are needed for this limit. Make somebody "
    "operator or bookkeeper first.",
    "powers.two_needed": "The board’s limit needs two people who see all money. Make somebody else "
    "operator or bookkeeper first, or take the limit away; nothing was changed.",
    "task.closed": "This is looked after already, or closes by itself. Nothing was changed.",
    "ledger.key_conflict": "This was booked already with another content. Nothing was moved; "
    "tell the operator.",
    "ledger.too_little": "There is not enough money for this. Nothing was moved.",
    "ledger.bad_amount": "This amount cannot be moved. Nothing was changed.",
    # links from letters
    "link.sign_in_first": "This is more than the board lets a link decide. "
    "Sign in, and decide it there; nothing was changed.",
} | DISPUTES


class _Facts(dict[str, Any]):
    """Facts as they are written; one that is missing leaves its sentence readable."""

    def __missing__(self, key: str) -> str:
        return "…"


def words(code: str, facts: Mapping[str, Any] | None = None) -> str:
    """The sentence for a refusal's code; an unknown code gets a plain one that is still true."""
    sentence = WORDS.get(code)
    return sentence.format_map(shown(facts or {})) if sentence else OTHERWISE


def shown(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as a sentence takes them: amounts and days written, what is missing readable."""
    shown = _Facts(facts)
    currency = facts.get("currency")
    for name, value in facts.items():
        if name.endswith("_minor") and isinstance(value, int) and currency:
            shown[name.removesuffix("_minor")] = money.show(value, str(currency))
        elif isinstance(value, datetime | date):
            shown[name] = f"{value.day} {value:%b %Y}"
    return shown
