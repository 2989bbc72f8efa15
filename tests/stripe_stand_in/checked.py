"""Requests are checked by the library's own types: what they do not know, Stripe would refuse."""

from __future__ import annotations

import sys
import types
import typing
from functools import lru_cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

from typing_extensions import is_typeddict


def nested(body: str) -> dict[str, Any]:
    """`a[b][0][c]=d`, as Stripe's libraries write it, as dictionaries and lists."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(body, keep_blank_values=True):
        keys = name.replace("]", "").split("[")
        place = found
        for key in keys[:-1]:
            place = place.setdefault(key, {})
        place[keys[-1]] = value
    return {name: _lists(value) for name, value in found.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    kept = {key: _lists(inner) for key, inner in value.items()}
    if kept and all(key.isdigit() for key in kept):
        return [kept[key] for key in sorted(kept, key=int)]
    return kept


def unknown(params: dict[str, Any], shape: Any, at: str = "") -> list[str]:
    """The parameters that the type does not have, or whose value it does not allow."""
    hints = hints_of(shape)
    found = [f"{at}{name}" for name in params if name not in hints]
    found += [f"{at}{name}" for name in shape.__required_keys__ if name not in params]
    for name, value in params.items():
        if name in hints:
            found += _wrong(value, hints[name], f"{at}{name}.")
    return found


@lru_cache(maxsize=200)
def hints_of(shape: Any) -> dict[str, Any]:
    """The type's fields, with its forward references followed."""
    import stripe
    from stripe._stripe_context import StripeContext
    from stripe._stripe_object import UntypedStripeObject

    known = {"StripeContext": StripeContext, "UntypedStripeObject": UntypedStripeObject}
    names = vars(typing) | vars(stripe) | vars(sys.modules[shape.__module__]) | known
    return get_type_hints(shape, names)


def _wrong(value: Any, hint: Any, at: str) -> list[str]:
    choices = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    if isinstance(value, list):
        inner = [get_args(one)[0] for one in choices if get_origin(one) is list]
        if not inner:
            return [at]
        return [wrong for one in value for wrong in _wrong(one, inner[0], at)]
    if isinstance(value, dict):
        shapes = [one for one in choices if is_typeddict(one)]
        if shapes:
            return unknown(value, shapes[0], at)
        return [] if any(get_origin(one) is dict for one in choices) else [at]
    if int in choices and str not in choices:
        return [] if value.lstrip("-").isdigit() else [at]
    if all(get_origin(one) is Literal for one in choices):
        return [] if any(value in get_args(one) for one in choices) else [at]
    return []
