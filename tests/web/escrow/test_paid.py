"""What a client has paid is listed under Payments."""

from __future__ import annotations

from typing import Any

from tests import people, rooms


def test_a_client_sees_what_they_paid_and_nobody_else_does(signed_in: Any, story: Any) -> None:
    with story() as session:
        room = rooms.agreed(session)
        payment = rooms.pays(room, room.milestones[0])
        stranger = people.mallory(session)
    seen = signed_in(room.client).get("/payments").text
    assert "<h2>Paid</h2>" in seen and payment.reference in seen
    for other in (stranger, room.freelancer):
        assert payment.reference not in signed_in(other).get("/payments").text
