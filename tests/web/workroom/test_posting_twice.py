"""A form that is posted twice acts once; other words from the same kept page are another act."""

from __future__ import annotations

from tests.rooms import negotiated


def test_two_tabs_of_one_kept_page_both_say_what_was_typed(signed_in, story):
    with story() as session:
        room = negotiated(session)
    client, address = signed_in(room.client), f"/workrooms/{room.engagement.id}/messages"
    for words in ("First.", "First.", "Second."):
        client.post(address, data={"body": words, "once": "one-key-of-a-kept-page"})
    page = client.get(address).text
    assert page.count("<p>First.</p>") == 1
    assert page.count("<p>Second.</p>") == 1
