"""What a support lead must hear: contact details in the records, and promises in the replies that nobody allowed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from goodfit.hooks.findings import about
from goodfit.hooks.types import Finding, Item
from goodfit_support.contacts import has_contact_details
from goodfit_support.promises import unbacked


def contact_details(splits: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Finding]:
    """Warn once per split that has records with contact details.

    Args:
        splits: Split -> records with ``id`` and a ``text``, a ``query`` or ``messages``.

    Returns:
        Findings with the count and some of the ids, never a text.
    """
    findings: list[Finding] = []
    for split, records in splits.items():
        ids = [str(record["id"]) for record in records if has_contact_details(_said(record))]
        message = f"{len(ids)} of {len(records)} {split} records hold a mail address or a phone number"
        count = len(ids)
        findings += about(
            "support.contact_details", message, ids, len(records), figure=float(count), split=split, count=count
        )
    return findings


def promises(items: Sequence[Item]) -> list[Finding]:
    """One finding if some replies promise what the conversation's policy does not grant.

    Args:
        items: Conversations (``messages``) with the model's last reply.
    """
    sorts = {item.id: unbacked(item.fields["messages"][:-1], item.answer) for item in items}
    ids = [key for key, found in sorts.items() if found]
    counts = dict(sorted(Counter(sort for found in sorts.values() for sort in found).items()))
    listed = ", ".join(f"{count} {sort}" for sort, count in counts.items())
    message = f"{len(ids)} of {len(items)} replies promise what their policy does not grant: {listed}"
    return about("support.promises", message, ids, len(items), promises=counts, of=len(items))


def _said(record: Mapping[str, Any]) -> str:
    """What people wrote in a record: a message, a question, or a conversation without the policy of the house."""
    if "messages" in record:
        return "\n".join(turn["content"] for turn in record["messages"] if turn["role"] != "system")
    return str(record["text"] if "text" in record else record["query"])
