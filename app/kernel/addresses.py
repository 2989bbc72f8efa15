"""E-mail addresses as mail servers take them."""

from __future__ import annotations


def ascii_address(address: str) -> str:
    """The address with its domain as the net writes it: `ben@exämple.org` is `ben@xn--…`.

    Raises ValueError where it has no such form: the part before the @ cannot be written otherwise,
    and servers that take it as it is are rare.
    """
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise ValueError(f"the part before the @ of {address} holds other letters than a to z")
    if domain.isascii():
        return address
    import idna

    return f"{local}@{idna.encode(domain, uts46=True).decode()}"
