"""What a support lead must hear: contact details in the records, and promises in the replies that nobody allowed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from goodfit.hooks.types import Finding, Item
from goodfit_support.contacts import has_contact_details
from goodfit_support.promises import unbacked

MAX_IDS = 20


def contact_details(splits: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Finding]:
    """Warn once per split that has records with contact details.

    Args:
        splits: Split -> records with ``id`` and a ``text``, a ``query`` or ``messages``.

    Returns:
        Findings with the count and at most 20 ids, never a text.
    """
    found = {split: _ids(records) for split, records in splits.items()}
    return [_finding(split, ids, len(splits[split])) for split, ids in found.items() if ids]


def promises(items: Sequence[Item]) -> list[Finding]:
    """One finding if some replies promise what the conversation's policy does not grant.

    Args:
        items: Conversations (``messages``) with the model's last reply.
    """
    sorts = {item.id: unbacked(item.fields["messages"][:-1], item.answer) for item in items}
    ids = [key for key, found in sorts.items() if found]
    if not ids:
        return []
    counts = Counter(sort for found in sorts.values() for sort in found)
    finding = Finding(
        severity="warning",
        code="support.promises",
        message=f"{len(ids)} of {len(items)} replies promise what their policy does not grant: "
        + ", ".join(f"{count} {sort}" for sort, count in sorted(counts.items())),
        figure=len(ids) / len(items),
        evidence={"promises": dict(sorted(counts.items())), "of": len(items), "ids": ids[:MAX_IDS]},
    )
    return [finding]


def _ids(records: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(record["id"]) for record in records if has_contact_details(_said(record))]


def _said(record: Mapping[str, Any]) -> str:
    """What people wrote in a record: a message, a question, or a conversation without the policy of the house."""
    if "messages" in record:
        return "\n".join(turn["content"] for turn in record["messages"] if turn["role"] != "system")
    return str(record["text"] if "text" in record else record["query"])


def _finding(split: str, ids: list[str], size: int) -> Finding:
    return Finding(
        severity="warning",
        code="support.contact_details",
        message=f"{len(ids)} of {size} {split} records hold a mail address or a phone number",
        figure=float(len(ids)),
        evidence={"split": split, "count": len(ids), "ids": ids[:MAX_IDS]},
    )
