"""Help in the product's own words, light enough for the first flight of packets."""

from __future__ import annotations

from itertools import pairwise

import pytest

from app.blueprints.help.pages import PAGES
from tests.people import olga

pytestmark = pytest.mark.any_database

LIMIT = 14_600


@pytest.mark.parametrize("name", ["", *PAGES])
def test_every_page_is_there_for_everybody_in_one_light_request(client, story, name):
    with story() as session:
        olga(session)
    answer = client.get(f"/help/{name}".rstrip("/"), headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert len(answer.data) + len(str(answer.headers)) < LIMIT
    assert answer.headers["Content-Encoding"] == "gzip"
    page = client.get(f"/help/{name}".rstrip("/")).text
    assert "<script" not in page and '<link rel="stylesheet"' not in page
    assert (PAGES.get(name) or "Help") in page


def test_help_is_there_before_the_board_is_set_up(client):
    assert client.get("/help").status_code == 200
    assert client.get("/help/contact").status_code == 200


def test_the_example_tables_are_the_two_that_firms_used(client):
    page = client.get("/help/milestones").text
    for words in ("Start fee deposit", "Delivery of final print-ready files", "$400.00"):
        assert words in page
    for words in ("Initial schema design", "Release", "$800.00"):
        assert words in page


def test_every_page_leads_to_the_next(client):
    names = list(PAGES)
    for name, following in pairwise(names):
        assert f'href="/help/{following}"' in client.get(f"/help/{name}").text


def test_other_names_are_not_found(client):
    assert client.get("/help/layout").status_code == 404
    assert client.get("/help/..%2fboard").status_code == 404


@pytest.mark.parametrize("path", ["/setup", "/sign-in", "/password", "/join"])
def test_the_ways_in_are_as_light(client, story, path):
    if path != "/setup":
        with story() as session:
            olga(session)
    answer = client.get(path, headers={"Accept-Encoding": "br"})
    assert len(answer.data) + len(str(answer.headers)) < LIMIT
