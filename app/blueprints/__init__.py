"""The pages: one package for each word of the board, one small file for each resource."""

WORDS = (
    "people",
    "jobs",
    "talk",
    "terms",
    "escrow",
    "workroom",
    "feedback",
    "desk",
    "mail",
    "board",
    "help",
)
"""The packages whose `bp` the factory registers."""
