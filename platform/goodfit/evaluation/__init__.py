"""Evaluation that says the truth: intervals on every metric, paired comparison, fit, gates."""
