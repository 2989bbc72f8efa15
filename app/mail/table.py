"""The table of notices: which event is told to whom, by which letter, with which link."""

from __future__ import annotations

from dataclasses import dataclass

FAMILIES = {
    "talk": "Messages and files",
    "jobs": "Invitations and proposals",
    "reports": "Status reports",
    "reminders": "Reminders",
    "feedback": "Feedback",
}
"""What a person can turn off; a letter of no family moves money or terms and always comes."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One letter that an event causes.

    `name` is its folder. `hears` says who gets it: `client`, `freelancer`, `other` (the sides but
    the actor), `both` (the actor too), `subject` (whom the subject belongs to), `operators`,
    `arbiters` (the operators who may rule). `link` is the purpose of the link that it carries.
    `page` is where its button leads, where that is not the page of what happened to.
    """

    name: str
    hears: str
    link: str = ""
    family: str = ""
    page: str = ""


ROOM, MILESTONE = "/workrooms/{room}", "/milestones/{milestone_id}"
PAYMENT = "/payments/{payment_id}"
FILES, TERMS, FEEDBACK = f"{ROOM}/files", f"{ROOM}/terms", f"{ROOM}/feedback"

NOTICES: dict[str, tuple[Notice, ...]] = {
    # jobs
    "invitation.sent": (Notice("invitation", "subject", family="jobs"),),
    "proposal.sent": (Notice("proposal", "client", family="jobs"),),
    "proposal.edited": (Notice("proposal_edited", "client", family="jobs"),),
    "proposal.withdrawn": (Notice("proposal_withdrawn", "client", family="jobs"),),
    "proposal.declined": (Notice("proposal_declined", "subject", family="jobs"),),
    "proposal.undeclined": (Notice("proposal_undeclined", "subject", family="jobs"),),
    "selection.settled": (Notice("not_selected", "subject", family="jobs"),),
    # talk
    "message.posted": (Notice("message", "other", family="talk"),),
    "file.added": (Notice("file_added", "other", family="talk", page=FILES),),
    # engagement and terms
    "engagement.begun": (Notice("selected", "freelancer"),),
    "engagement.ended": (Notice("ended", "other"),),
    "engagement.cut": (Notice("ended_rest", "other"),),
    "engagement.dormant": (Notice("dormant", "both"),),
    "engagement.finished": (Notice("finished", "both", page=FEEDBACK),),
    "terms.proposed": (Notice("terms_proposed", "other", link="terms"),),
    "terms.accepted": (Notice("terms_accepted", "other"),),
    "terms.declined": (Notice("terms_declined", "other"),),
    "terms.withdrawn": (Notice("terms_withdrawn", "other"),),
    "terms.lapsed": (Notice("terms_lapsed", "both"),),
    # work and money
    "milestone.fundable": (Notice("please_fund", "client", link="fund"),),
    "milestone.funded": (Notice("funded", "freelancer"),),
    "milestone.partly_funded": (Notice("partly_funded", "freelancer"),),
    "milestone.submitted": (Notice("submitted", "client", link="review"),),
    "submission.withdrawn": (Notice("submission_withdrawn", "client", page=MILESTONE),),
    "milestone.approved": (
        Notice("approved", "freelancer", page=ROOM),
        Notice("clock_released", "client", page=MILESTONE),
    ),
    "milestone.released": (
        Notice("released", "freelancer"),
        Notice("clock_released", "client", page=MILESTONE),
    ),
    "milestone.part_released": (Notice("part_released", "freelancer"),),
    "milestone.changes_requested": (Notice("changes_requested", "freelancer"),),
    "ask.made": (Notice("money_asked", "freelancer"),),
    "ask.refused": (Notice("ask_refused", "client", page=ROOM),),
    "ask.withdrawn": (Notice("ask_withdrawn", "freelancer", page=MILESTONE),),
    "ask.granted": (Notice("ask_granted", "freelancer", page=ROOM),),
    "dispute.opened": (Notice("dispute_opened", "other"),),
    "dispute.answered": (Notice("dispute_answered", "other"),),
    "dispute.offered": (Notice("dispute_offer", "other"),),
    "dispute.number_entered": (Notice("dispute_number", "other"),),
    "dispute.not_met": (Notice("dispute_not_met", "both"),),
    "dispute.called": (
        Notice("dispute_called", "other"),
        Notice("dispute_to_rule", "arbiters", page="/board/disputes"),
    ),
    "dispute.taken": (Notice("dispute_taken", "both"),),
    "dispute.settled": (Notice("dispute_settled", "both"),),
    "dispute.ruled": (Notice("dispute_ruled", "both"),),
    "dispute.withdrawn": (Notice("dispute_withdrawn", "other"),),
    "bonus.paid": (Notice("bonus", "freelancer"),),
    "payment.started": (Notice("payment_started", "subject"),),
    "payment.confirmed": (
        Notice("payment_confirmed", "subject"),
        Notice("own_confirmed", "other"),
    ),
    "money.refunded": (Notice("refund_started", "subject"),),
    "refund.settled": (
        Notice("refund_settled", "subject"),
        Notice("own_confirmed", "other"),
    ),
    "refund.failed": (
        Notice("refund_failed", "subject"),
        Notice("own_confirmed", "other"),
    ),
    "payment.failed": (Notice("payment_failed", "subject"),),
    "payment.superseded": (Notice("payment_superseded", "subject", page=PAYMENT),),
    "payment.given_back": (Notice("given_back", "both"),),
    "surplus.sent_back": (Notice("refund_started", "subject"),),
    "payment.charged_back": (
        Notice("charged_back", "both"),
        Notice("own_confirmed", "other"),
    ),
    "money.prefunded": (Notice("prefunded", "freelancer", page=TERMS),),
    "payout.asked": (
        Notice("payout_asked", "operators", page="/board/money"),
        Notice("payout_waits", "subject", page="/payments"),
    ),
    "payout.settled": (Notice("payout_settled", "subject", page="/payments"),),
    "payout.failed": (Notice("payout_failed", "subject", page="/settings"),),
    "payout.reversed": (Notice("payout_reversed", "subject", page="/payments"),),
    "payout_account.changed": (
        Notice("payout_account_changed", "subject", page="/settings#money"),
    ),
    "password.changed": (Notice("password_changed", "subject", page="/password"),),
    "access.stopped": (Notice("access_stopped", "subject", page="/sign-in"),),
    "access.restarted": (Notice("access_restarted", "subject", page="/sign-in"),),
    "task.raised": (Notice("task_raised", "operators"),),
    "invoice.issued": (Notice("invoice_issued", "client"),),
    "invoice.reversed": (Notice("invoice_reversed", "client"),),
    "fee_invoice.issued": (Notice("fee_invoice_issued", "subject"),),
    "fee_invoice.reversed": (Notice("fee_invoice_reversed", "subject"),),
    # reports
    "report.asked": (Notice("report_asked", "freelancer", link="report", family="reports"),),
    "report.nudged": (Notice("report_nudged", "freelancer", link="report", family="reports"),),
    "report.filed": (Notice("report_filed", "client", family="reports"),),
    # feedback
    "feedback.left": (Notice("feedback_left", "other", family="feedback", page=FEEDBACK),),
    "feedback.published": (
        Notice("feedback_published", "subject", family="feedback", page=FEEDBACK),
    ),
}

DIRECT: dict[str, Notice] = {
    one.name: one
    for one in (
        Notice("sign_in_link", "subject", link="sign_in"),
        Notice("password_link", "subject", link="password"),
        Notice("proof_link", "subject", link="proof"),
        Notice("passwords_guessed", "subject", page="/password"),
        Notice("joining", "subject"),
        Notice("new_link", "subject"),
        Notice("terms_reminder", "client", family="reminders"),
        Notice("answer_reminder", "subject", link="terms", family="reminders"),
        Notice("lapse_warning", "subject", link="terms"),
        Notice("lapse_notice", "subject", page=ROOM),
        Notice("funding_reminder", "client", link="fund", family="reminders"),
        Notice("review_reminder", "client", link="review", family="reminders"),
        Notice("review_clock", "client", link="review"),
        Notice("ask_reminder", "freelancer"),
        Notice("dormancy_warning", "both"),
        Notice("dispute_reminder", "subject"),
        Notice("dispute_overdue", "both"),
        Notice("ledger_checked", "operators"),
    )
}
"""Letters that no event causes: they are asked for, or a chore writes them."""

QUIET: dict[str, str] = {
    "job.opened": "it stands on the board; who is invited has a letter of their own",
    "job.closed": "it is seen where it matters, on the job",
    "job.reopened": "it stands on the board again, with every proposal as it was",
    "job.edited": "it is seen where it matters, on the job",
    "money.kept": "the terms that keep it are told of, and the milestone asks for the rest",
    "money.rolled": "the terms that say so are told of, and so is what becomes funded by it",
    "proposal.shortlisted": "a client's shortlist is the client's own",
    "terms.countered": "the new revision is told of by its own letter",
    "milestone.cancelled": "the terms, the end, or the dispute that cancelled it is told of",
    "milestone.completed": "the terms, or the end of a dispute, that left nothing owed is told of",
    "ask.overtaken": "the submission, the release or the end that overtook it is told of",
    "payment.expired": "nobody paid; the page shows it, and reminders to fund go on",
    "payment.cancelled": "whoever cancelled it was looking at it",
    "payment.not_sent": "whoever said so was looking at it, and is asked there",
    "person.joined": "the list of people shows it",
    "feedback.replied": "it stands under the feedback, for whoever reads it",
    "board.changed": "the operator who changed it was looking at it",
    "board.fee_changed": "terms that are sent from now on say it",
    "card.fee": "what the card provider keeps is the board's cost, and stands in its books",
    "fees.taken_out": "it is the board's own money; whoever took it out was looking at it",
    "statement.imported": "whoever imported it was looking at it",
    "entry.booked": "the payment, refund or payout that it settles is told of by its own letter",
    "entry.held": "it belongs to nobody yet; the board shows it until it has a place",
    "entry.sent_back": "nobody knows yet whose it was; whoever sent it back says so there",
    "entry.set_aside": "it is none of the board's money",
    "entry.separated": "whoever separated the two lines was looking at them",
    "entry.taken_up": "the board shows it again",
    "cover.returned": "it is the board's own money; the client's refund is told of",
    "preparation.made": "the task that it raises is a letter of its own",
    "preparation.seconded": "what it was about is told of by its own letter",
    "preparation.cancelled": "nothing was moved; the board shows it",
    "board.limits_changed": "the operator who changed them was looking at them",
    "board.account_changed": "the operator who changed it was looking at it",
    "task.closed": "whoever closed it was looking at it; the board keeps it",
    "export.made": "nothing is paid yet; what is paid is told of when it is",
    "export.again": "the operator who did it was looking at it",
    "person.invited": "the invitation is a letter of its own",
}
"""Kinds of events that cause no letter, and why."""

ALL: dict[str, Notice] = {one.name: one for row in NOTICES.values() for one in row} | DIRECT


def family_of(name: str) -> str:
    """The family of a letter; empty where it cannot be turned off."""
    notice = ALL.get(name)
    return notice.family if notice else ""
