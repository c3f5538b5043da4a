"""What the words of a search's result mean: for ``goodfit explain`` and docs/reference/results.md."""

from __future__ import annotations

from goodfit.evaluation.terms import Term

OF_A_SEARCH = {
    "worth": "What trials are ranked by, greater is better: the lower end of the interval of the metric on the "
    "validation records, less sweep.gap_weight times what the gap to the training probe is beyond policy.max_fit_gap.",
    "corrected": "The winner's score on the validation records, less what the choice of the best of many added.",
    "confirmed": "The score of the winner's settings trained anew on fresh splits, whose held-out "
    "records chose nothing.",
    "front": "Of several objectives: the trials that no other one beats in all of them.",
    "importances": "Of each setting that mattered beyond chance: how far the better half of the trials differs in it "
    "from all trials, as a multiple of what chance makes.",
    "finished": "A trial that was trained to its end.",
    "stopped": "A trial that overfitted or diverged as it was trained: it ended early, and its best evaluation counts.",
    "pruned": "A trial that was behind earlier ones at the same evaluation: it ended early, and has no value.",
    "failed": "A trial that came to no value; its reason stands beside it.",
    "seconds": "A cost of a trial: what was its own time, without what trials share.",
    "steps": "A cost of a trial: its optimiser steps.",
    "trainable": "A cost of a trial: how many weights it tunes.",
    "memory_gb": "A cost of a trial: the memory that it is estimated to take, in GiB.",
    "ms_per_record": "A cost of a trial, measured where a constraint asks for it: milliseconds for each validation "
    "record in one pass in which the tuned model answers them, with nothing kept of them.",
    "errors": "A cost of a trial: how many findings of its data are errors.",
    "warnings": "A cost of a trial: how many findings of its data are warnings; in sweep.json, and in what "
    "every verb prints with --json, what has to be known before its result is trusted.",
}
"""Words of a search's result -> what they mean."""


def terms_of_a_search() -> list[Term]:
    """All of them, in the order in which a reader meets them."""
    return [Term(name, "word of a search", meaning) for name, meaning in OF_A_SEARCH.items()]
