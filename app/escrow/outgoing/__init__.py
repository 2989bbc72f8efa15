"""Money on its way back to who paid it, or out to who earned it; and what did not arrive."""
