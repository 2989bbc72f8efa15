"""What each side is rated by (PAGES, feedback): labels as they stand on the form."""

from __future__ import annotations

CRITERIA: dict[str, tuple[str, ...]] = {
    "freelancer": ("Quality", "Expertise", "Cost", "Schedule", "Response", "Professionalism"),
    "client": ("Clear brief", "Answers", "Decides on time", "Funds on time"),
}
"""By the side that the feedback is about."""

LEAST, MOST = 1, 5
