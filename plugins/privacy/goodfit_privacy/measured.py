"""How much each scrubber found where this was measured: benchmarks/privacy.py writes the figures, people copy them."""

from __future__ import annotations

import math

WHERE = "presidio_synth test, 528 texts"

IDENTIFIERS = {
    "AGE": math.nan,
}
NAMES = {"PERSON": math.nan}
