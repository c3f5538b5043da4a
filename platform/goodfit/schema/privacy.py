"""What is taken out of the texts, and what a model may give away of its training records: ``privacy=<name>``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

Mode = Literal["none", "mask", "hash", "pseudonymise", "drop"]


@dataclass(kw_only=True, slots=True)
class PrivacyConf:
    """What is taken out of the texts, and what a model may give away. Selected with ``privacy=<name>``."""

    mode: Literal["auto", Mode] = "none"
    """What stands where something was found: ``mask`` its type, ``hash`` a keyed hash (its key is read from the
    variable GOODFIT_PRIVACY_KEY), ``pseudonymise`` one stand-in for each value (set that variable here, too: without
    it, a value has another one in each data set, and those of few or known texts can be found by guessing names),
    ``drop`` nothing; ``auto`` is what the task says (``task.privacy``)."""

    scrubbers: list[str] = field(default_factory=list)
    """What looks for it, as ``<plugin>.<scrubber>``; where two find one place, the earlier has it."""

    keep: list[str] = field(default_factory=list)
    """Types that stay in the texts, as scrubbers call them; with ``privacy=auto`` ``task.privacy_keep`` adds some."""

    vault: str | None = None
    """With ``hash`` and ``pseudonymise``, a file that keeps what stands for what, encrypted with the secret in the
    variable GOODFIT_VAULT_KEY; ``goodfit reveal`` reads it. Without it goodfit keeps no way back."""

    epsilon: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Train with differential privacy: no training record changes the chance of any model by more than the factor
    exp(epsilon), but with the chance ``delta``. It is of the weights alone, not of figures that are measured on
    training records. Such a run cannot be reproduced: its noise is in no file."""

    delta: Annotated[float, Field(gt=0, lt=1)] | None = None
    """The chance with which ``epsilon`` may not hold; when not given, a tenth of one over the training records."""

    record_clip: Annotated[float, Field(gt=0)] = 1.0
    """With ``epsilon``, the norm to which the gradient of each training record is cut."""

    @property
    def takes_out(self) -> bool:
        """Whether something is taken out of texts; ``auto`` says nothing yet."""
        return self.mode not in ("auto", "none")
