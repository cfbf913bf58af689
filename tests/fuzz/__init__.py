"""A coverage-guided search for bytes of which a promise does not hold; see `run.py`."""
