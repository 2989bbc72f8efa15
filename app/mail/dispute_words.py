"""The refusals of disputes in words; part of the one table in `wording`."""

from __future__ import annotations

DISPUTES: dict[str, str] = {
    "dispute.exists": "There is a dispute about the money of “{title}” already. Open the milestone "
    "to see it; nothing was frozen a second time.",
    "dispute.nothing_held": "Nothing is in escrow for “{title}” that could be in dispute. "
    "Nothing was changed.",
    "dispute.nothing": "Type the sum that is in dispute, more than nothing.",
    "dispute.too_much": "{held} is in escrow for it. Type that much or less.",
    "dispute.reason_missing": "Say what went wrong, so that the other side can answer.",
    "dispute.answer_missing": "Say how you see it.",
    "dispute.over": "The dispute about “{title}” is over: it was settled, ruled or withdrawn. "
    "Nothing was changed.",
    "dispute.yours": "You opened this dispute; the other side answers it. Nothing was changed.",
    "dispute.not_yours": "Only who opened a dispute can withdraw it. You can accept the other "
    "side’s offer; nothing was changed.",
    "dispute.answered": "This dispute was answered already. Make an offer, or write a message.",
    "dispute.called": "The arbiter was called already. The two of you can still agree until the "
    "ruling comes; nothing was changed.",
    "dispute.too_early": "The other side has until {until} to answer. Nothing was changed.",
    "dispute.offer_range": "An offer lies between what the two of you stand for: more than {least} "
    "and less than {most} to the freelancer. To agree to what the other asks for, accept it.",
    "dispute.offer_changed": "The other side has made another offer since you opened this page. "
    "It is shown now; nothing was agreed.",
    "dispute.number_range": "Type a number from {least} to {most}: what the two of you stand for "
    "openly.",
    "dispute.number_again": "You entered a number within the last day. Nothing was kept; "
    "come back tomorrow.",
    "dispute.no_arbiter": "Everybody who runs this board is a party to this work, so nobody can "
    "rule. Agree by offers or sealed numbers, or ask for another operator; nothing was changed.",
    "dispute.party": "You are a party to this work, so another operator rules. "
    "Nothing was changed.",
    "dispute.taken": "Another operator has taken this dispute on. Nothing was changed.",
    "dispute.ruling_range": "A ruling lies between the two offers: from {least} to {most} to the "
    "freelancer.",
    "dispute.ruling_missing": "Say why; both sides read it.",
    "release.disputed": "{disputed} of “{title}” is in dispute, so it cannot be approved as a "
    "whole. Release part of the rest, or end the dispute first; nothing was released.",
    "milestone.disputed": "The money of “{title}” is in dispute, so it stays until that is over. "
    "Nothing was changed.",
    "dormancy.disputed": "Money is in dispute, so it stays. Nothing was changed.",
    "ending.disputed": "Money is in dispute. Settle that first; what else is in escrow can go "
    "back before. Nothing was changed.",
    "terms.touches_disputed": "The money of “{title}” is in dispute, so its line cannot change "
    "until that is over. Leave it as it is; nothing was agreed.",
}
