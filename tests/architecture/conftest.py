"""The demo board, for tests that ask every page the same question."""

from tests.demo_board import demo, own_demo

__all__ = ["demo", "own_demo"]
