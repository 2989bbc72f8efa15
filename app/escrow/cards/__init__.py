"""Card payments: what is to be asked of the provider, and what it says."""
