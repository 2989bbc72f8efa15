"""The settings of card payments are checked loudly; amounts are written as Stripe counts them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.stripe_card import amounts, card_provider
from app.kernel import money
from app.settings import BadSetting, Settings

GOOD = {"MILEPOST_STRIPE_KEY": "sk_test_1", "MILEPOST_STRIPE_WEBHOOK_SECRET": "whsec_1"}


def load(tmp_path: Any, **given: str) -> Settings:
    return Settings.load({"MILEPOST_DATA_DIR": str(tmp_path)} | given)


def test_a_key_with_its_secret_takes_cards_and_without_both_there_are_none(tmp_path: Any) -> None:
    assert card_provider(load(tmp_path, **GOOD)) is not None
    assert card_provider(load(tmp_path)) is None


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"MILEPOST_STRIPE_KEY": "sk_test_1"}, "MILEPOST_STRIPE_WEBHOOK_SECRET"),
        ({"MILEPOST_STRIPE_WEBHOOK_SECRET": "whsec_1"}, "MILEPOST_STRIPE_KEY"),
        (GOOD | {"MILEPOST_STRIPE_KEY": "pk_live_1"}, "MILEPOST_STRIPE_KEY"),
        (GOOD | {"MILEPOST_STRIPE_API": "http://stripe.example"}, "MILEPOST_STRIPE_API"),
        (GOOD | {"MILEPOST_STRIPE_API": "ftp://127.0.0.1"}, "MILEPOST_STRIPE_API"),
        (GOOD | {"MILEPOST_STRIPE_API": "nonsense"}, "MILEPOST_STRIPE_API"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_no_secret_is_shown(
    tmp_path: Any, wrong: dict[str, str], named: str
) -> None:
    with pytest.raises(BadSetting, match=named) as refused:
        load(tmp_path, **wrong)
    assert "sk_test" not in str(refused.value) and "pk_live" not in str(refused.value)


@pytest.mark.parametrize("api", ["https://stripe.example", "http://127.0.0.1:8123"])
def test_another_address_may_answer_for_stripe(tmp_path: Any, api: str) -> None:
    assert load(tmp_path, **GOOD, MILEPOST_STRIPE_API=api).stripe_api == api


@given(st.sampled_from(money.currencies()), st.integers(1, money.MOST))
def test_every_amount_that_stripe_takes_comes_back_as_it_was(currency: str, minor: int) -> None:
    try:
        theirs = amounts.theirs(minor, currency)
    except amounts.NoAmount:
        assert money.decimals(currency) >= 3
        return
    assert amounts.ours(theirs, currency) == minor


def test_three_decimals_go_in_whole_tens_only() -> None:
    assert amounts.theirs(5120, "KWD") == 5120
    with pytest.raises(amounts.NoAmount):
        amounts.theirs(5124, "KWD")
