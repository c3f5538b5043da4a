"""Runs: prepared, trained, judged and written down."""
