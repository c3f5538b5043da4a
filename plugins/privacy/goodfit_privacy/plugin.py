"""What this plugin offers to goodfit: scrubbers for identifiers and for names."""

from collections.abc import Sequence

from goodfit.hooks import hookimpl
from goodfit.hooks.types import ScrubberSpec
from goodfit_privacy import measured
from goodfit_privacy.surrogates import NAMED, stand_in

HOOK_API = 1


@hookimpl
def goodfit_register_scrubbers() -> Sequence[ScrubberSpec]:
    """Offer the identifiers, and names by two taggers."""
    return (
        ScrubberSpec(
            name="privacy.identifiers",
            description="mail, telephones, cards, accounts, numbers of offices, dates, keys, by patterns",
            recall=measured.IDENTIFIERS,
            measured_on=measured.WHERE,
            find=_identifiers,
        ),
        ScrubberSpec(
            name="privacy.names",
            description="people, places, organisations, streets, peoples, occupations: MiniLM with an adapter",
            recall=measured.NAMES,
            measured_on=measured.WHERE,
            find=_names,
            repeats=NAMED,
            stand_in=stand_in,
        ),
        ScrubberSpec(
            name="privacy.names_fast",
            description="the same by a small net over a few words: faster, and it misses more",
            recall=measured.NAMES_FAST,
            measured_on=measured.WHERE,
            find=_names_fast,
            repeats=NAMED,
            stand_in=stand_in,
        ),
    )


def _identifiers(texts: Sequence[str]) -> Sequence[Sequence[object]]:
    from goodfit_privacy import identifiers

    return identifiers.find(texts)


def _names(texts: Sequence[str]) -> Sequence[Sequence[object]]:
    from goodfit_privacy import deep

    return deep.find(texts)


def _names_fast(texts: Sequence[str]) -> Sequence[Sequence[object]]:
    from goodfit_privacy import fast

    return fast.find(texts)
