"""What this plugin offers to goodfit: scrubbers for identifiers and for names, and tests of what a model gives away."""

from collections.abc import Sequence

from goodfit.hooks import hookimpl
from goodfit.hooks.types import AuditSpec, GateSpec, ScrubberSpec
from goodfit_privacy import measured
from goodfit_privacy.surrogates import NAMED, parts, stand_in

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
            by_form=True,
            ordered=("DATE_TIME", "IP_ADDRESS"),
        ),
        ScrubberSpec(
            name="privacy.names",
            description="people, places, organisations, streets, peoples, occupations: MiniLM with an adapter",
            recall=measured.NAMES,
            measured_on=measured.WHERE,
            find=_names,
            repeats=NAMED,
            parts=parts,
            stand_in=stand_in,
        ),
        ScrubberSpec(
            name="privacy.names_fast",
            description="the same by a small net over a few words: faster, and it misses more",
            recall=measured.NAMES_FAST,
            measured_on=measured.WHERE,
            find=_names_fast,
            repeats=NAMED,
            parts=parts,
            stand_in=stand_in,
        ),
    )


@hookimpl
def goodfit_register_audits() -> Sequence[AuditSpec]:
    """Offer the leak tests."""
    from goodfit_privacy import leaks

    return (
        AuditSpec(
            name="privacy.membership",
            description="whether training records can be told from others by their losses",
            look_at_model=leaks.membership,
            heavy=True,
            limits=(leaks.MEMBERSHIP,),
        ),
        AuditSpec(
            name="privacy.canaries",
            description="how exposed planted secrets are: training records whose ids begin with canary-",
            look_at_model=leaks.canaries,
            kinds=("generation", "chat", "language_modeling"),
            heavy=True,
            limits=(leaks.EXPOSURE,),
        ),
        AuditSpec(
            name="privacy.extraction",
            description="whether answers repeat whole phrases of single training records",
            look_at_model=leaks.extraction,
            kinds=("generation", "chat"),
        ),
    )


@hookimpl
def goodfit_register_gates() -> Sequence[GateSpec]:
    """Offer the gate of the leak tests."""
    from goodfit_privacy import leaks

    judge, needs = leaks.no_leak, leaks.is_tested
    return (GateSpec(name="privacy.no_leak", description="No leak test warns.", judge=judge, needs=needs),)


def _identifiers(texts: Sequence[str]) -> Sequence[Sequence[object]]:
    from goodfit_privacy import identifiers

    return identifiers.find(texts)


def _names(texts: Sequence[str]) -> Sequence[Sequence[object]]:
    from goodfit_privacy import deep

    return deep.find(texts)


def _names_fast(texts: Sequence[str]) -> Sequence[Sequence[object]]:
    from goodfit_privacy import fast

    return fast.find(texts)
