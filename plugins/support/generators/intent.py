"""What does the customer want: rewrites goodfit_support/data/intent, or the folder named on the command line."""

import random
import sys
from pathlib import Path

from writing import write_task

SEED = 4101
FOLDER = Path(__file__).parents[1] / "goodfit_support" / "data" / "intent"
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
    write_task("intent", SHARES, SEED, other_matter, Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
