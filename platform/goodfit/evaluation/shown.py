"""Figures as people read them: with their interval and direction, and what stands beside them as a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def figure(value: float | None) -> str:
    """A figure with three decimals; a dash where it is not defined."""
    return "-" if value is None else f"{value:.3f}"


def with_interval(found: Mapping[str, Any], name: str = "value") -> str:
    """``0.812 [0.780, 0.840]``; a dash where it is not defined."""
    if found.get(name) is None:
        return figure(None)
    return f"{figure(found.get(name))} [{figure(found.get('low'))}, {figure(found.get('high'))}]"


def not_compared(primary: str) -> str:
    """That a model and the simplest reference have no figure in common."""
    return f"not compared ({primary} is not defined for both)"


def with_direction(name: str, found: Mapping[str, Any]) -> str:
    """A metric's name, and that less of it is better, where it is so."""
    return f"{name} (lower is better)" if found["better"] == "lower" else name


def of_documents(found: Mapping[str, Any]) -> str:
    """Among how many documents was searched for figures, behind that of records; nothing where none are searched."""
    if "documents" not in found:
        return ""
    return f", searched among {found['documents']} document{'' if found['documents'] == 1 else 's'}"


def of_broken_off(found: Mapping[str, Any], answers: int) -> str:
    """How many of the answers were not written to their end, as a sentence; nothing where no text is written."""
    if "broken_off" not in found:
        return ""
    broken = found["broken_off"]
    return (
        f"{broken['answers']} of {answers} answers broke off after {broken['tokens']} tokens, before their end "
        "(task.max_new_tokens)"
    )


def of_review(found: Mapping[str, Any]) -> str:
    """Which answers need no review, and how many of them are right: ``review`` of metrics.json as a sentence."""
    share = f"{found['share']:g}"
    if found["confidence"] is None:
        why = f"no confidence has {share} of the validation answers above it right beyond chance"
        if found["validation"] < found["enough"]:
            why = f"{share} takes {found['enough']} independent validation records, and there are {found['validation']}"
        return f"a person has to review every answer: {why}"
    right, answers = found["right"], found["answers"]
    if not answers:
        return (
            f"a person has to review every answer: none of {found['of']} has a confidence of {found['confidence']:.3f}"
        )
    these = "these" if right["n"] == answers else f"their {right['n']} groups of records"
    fewer = ""
    if right["value"] is not None and right["value"] < found["share"]:
        fewer = " and is missed" if right["high"] < found["share"] else " and is not reached"
    return (
        f"{answers} of {found['of']} answers have a confidence of at least {found['confidence']:.3f} and need "
        f"no person's review: {with_interval(right)} of {these} are right, {share} was asked for{fewer}"
    )
