"""What does the customer want: ``python generators/intent.py [FOLDER]`` writes the data of support/intent."""

import random

from writing import write_messages

SEED = 4101
SHARES = {
    "delivery_status": 17,
    "refund": 15,
    "product_fault": 14,
    "billing_error": 13,
    "cancel_order": 12,
    "account_access": 11,
    "change_address": 9,
    "fraud_report": 9,
}
ASIDE_SHARE = 0.4


def other_matter(label: str, rng: random.Random) -> str:
    """Mention a matter that the customer does not ask about, so that its words alone mislead."""
    others = [other for other in SHARES if other != label]
    return f"{rng.choice(others)}.aside" if rng.random() < ASIDE_SHARE else ""


if __name__ == "__main__":
    write_messages("intent", SHARES, SEED, other_matter)
