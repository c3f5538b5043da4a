"""What is taken out of the texts before anything reads or stores them: ``privacy=<name>``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Mode = Literal["none", "mask", "hash", "pseudonymise", "drop"]


@dataclass(kw_only=True, slots=True)
class PrivacyConf:
    """What is taken out of the texts. Selected with ``privacy=<name>``."""

    mode: Literal["auto", "none", "mask", "hash", "pseudonymise", "drop"] = "none"
    """What stands where something was found: ``mask`` its type, ``hash`` a keyed hash (its key is read from the
    variable GOODFIT_PRIVACY_KEY), ``pseudonymise`` one stand-in for each value of this data set, ``drop`` nothing;
    ``auto`` is what the task says (``task.privacy``)."""

    scrubbers: list[str] = field(default_factory=list)
    """What looks for it, as ``<plugin>.<scrubber>``; where two find one place, the earlier has it."""

    keep: list[str] = field(default_factory=list)
    """Types that stay in the texts, as scrubbers call them; with ``privacy=auto`` ``task.privacy_keep`` adds some."""
