"""What a model says where there are labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Scores:
    """What the model says where there are labels."""

    logits: Tensor
    """(supervised, classes or vocabulary); of a yes or no for each label, (supervised, 2); of a first and a last
    token, (2 rows, longest); of pairs, (queries, documents)."""
    targets: Tensor
    """(supervised,)."""
    rows: Tensor
    """(supervised,): the example of the batch that each belongs to."""

    def losses(self) -> Tensor:
        """Negative log-likelihood of each target, in nats: (supervised,)."""
        from goodfit.models.likelihood import losses

        return losses(self.logits, self.targets)
