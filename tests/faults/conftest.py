"""The demo board, for tests that break things around it."""

from tests.demo_board import demo, own_demo

__all__ = ["demo", "own_demo"]
