"""The scrubbers of a run: picked by its config, and what they did said with what they are known to miss."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from goodfit.data.scrub import Scrub, Scrubbed
from goodfit.data.stand_ins import PRIVACY_KEY, is_guessable, key_for
from goodfit.errors import ConfigError
from goodfit.hooks.findings import about
from goodfit.hooks.types import Finding, ScrubberSpec
from goodfit.plugins.host import Host
from goodfit.schema import RunConf


def pick_scrub(conf: RunConf, host: Host) -> Scrub | None:
    """What takes out of a task's texts what must not be learnt; None where the config wants nothing taken out.

    Raises:
        PluginError: A scrubber's plugin is missing or broken: the run does not go on without it.
        ConfigError: No scrubber is named, a kept type is none, or the key of the hashes is missing.
    """
    chosen = conf.privacy
    if not chosen.takes_out:
        return None
    if not chosen.scrubbers:
        raise ConfigError(f"privacy.mode is {chosen.mode}, and no scrubber is named", "choose an option: privacy=mask")
    needed_for = f"privacy={conf.choices.get('privacy', chosen.mode)} (task={conf.task.name})"
    specs: list[ScrubberSpec] = host.pick_all(host.scrubbers, chosen.scrubbers, needed_for)
    types = {sort for spec in specs for sort in spec.recall}
    kept_by_task = conf.task.privacy_keep  # of scrubbers that words can leave out
    for sort in chosen.keep:
        if sort not in types and sort not in kept_by_task:
            raise ConfigError(
                f"no scrubber finds the type '{sort}', which privacy.keep names",
                f"choose of {', '.join(sorted(types))}",
            )
    return Scrub(
        specs, chosen.mode, key_for(chosen.mode, conf.seed), frozenset(chosen.keep), {} if chosen.vault else None
    )


def same_key(conf: RunConf) -> str:
    """How a fix begins where records are others than they were: with another key, scrubbed texts are."""
    return f"set {PRIVACY_KEY} as it was then, or " if conf.privacy.mode in ("hash", "pseudonymise") else ""


MUCH = 0.2
"""A share of the characters from which it is likely that a scrubber takes other words for names."""

MANY_THINNED = 0.02
"""A share of the records that lose a third of their characters from which this is no matter of a few short ones."""


def privacy_findings(scrub: Scrub | None, scrubbed: Scrubbed | None) -> list[Finding]:
    """What was found and done, by type, with the measured recall beside it, and who lost much: counts and ids."""
    if scrub is None or scrubbed is None:
        return []
    total = sum(scrubbed.places.values())
    shown = ", ".join(f"{sort} {count}" for sort, count in scrubbed.places.items()) or "nothing"
    left = _expected_left(scrub, scrubbed.places)
    much = scrubbed.share > MUCH
    measured_on = "; ".join(dict.fromkeys(spec.measured_on for spec in scrub.specs if _is_measured(spec)))
    risk = f"; if as many are found here as in {measured_on}, about {left:.0f} more are left" if left >= 1 else ""
    unmeasured = [sort for sort, recall in best_recall(scrub).items() if math.isnan(recall) and sort in scrubbed.places]
    risk += f"; nobody measured how many are missed of {', '.join(unmeasured)}" if unmeasured else ""
    if total and is_guessable(scrub.mode):
        risk += f"; without {PRIVACY_KEY}, pseudonyms of few or known texts are found by guessing names"
    return [
        *_thinned(scrub, scrubbed),
        Finding(
            severity="warning" if much else "info",
            code="privacy.scrubbed",
            message=f"{scrub.mode}: {total} places in {scrubbed.records} of {scrubbed.of} records ({shown}), "
            f"{scrubbed.share:.0%} of all characters{risk}",
            figure=scrubbed.records / scrubbed.of if scrubbed.of else 0.0,
            evidence={
                "mode": scrub.mode,
                "found": dict(scrubbed.places),
                "recall": {sort: recall for sort, recall in best_recall(scrub).items() if not math.isnan(recall)},
                "measured_on": {spec.name: spec.measured_on for spec in scrub.specs},
                "kept": sorted(scrub.keep),
                "expected_left": round(left, 1),
                "share": round(scrubbed.share, 4),
            },
            mend=_mend(scrub) if much else "",
        ),
    ]


def _is_measured(spec: ScrubberSpec) -> bool:
    """Whether the recall of any of its types was measured."""
    return not all(map(math.isnan, spec.recall.values()))


def _thinned(scrub: Scrub, scrubbed: Scrubbed) -> list[Finding]:
    """The records of which little is left; over a whole set, those of one language of several do not show."""
    ids, of = scrubbed.thinned, scrubbed.of
    many = len(ids) > MANY_THINNED * of
    message = f"{scrub.mode}: {len(ids)} of {of} records lose over a third of their characters"
    severity: Literal["info", "warning"] = "warning" if many else "info"
    return about("privacy.thinned", message, ids, of, severity=severity, rows=ids, mend=_mend(scrub) if many else "")


def _mend(scrub: Scrub) -> str:
    """What helps where too much is taken."""
    patterns = [spec.name for spec in scrub.specs if not spec.repeats]
    without = f" (privacy.scrubbers=[{','.join(patterns)}])" if patterns else ""
    return (
        "goodfit preview WORDS shows what is left; taggers of names, which know the language they were made for, take "
        f"other words of another one: leave them out{without}, so that names stay; name another tagger, keep types "
        "(privacy.keep), or privacy=none"
    )


def best_recall(scrub: Scrub) -> dict[str, float]:
    """Type -> the best measured recall of the scrubbers that look for it; nan where none was measured."""
    found: dict[str, float] = {}
    for spec in scrub.specs:
        for sort, recall in spec.recall.items():
            known = found.get(sort, math.nan)
            found[sort] = recall if math.isnan(known) else max(known, -math.inf if math.isnan(recall) else recall)
    return {sort: recall for sort, recall in sorted(found.items()) if sort not in scrub.keep}


def _expected_left(scrub: Scrub, places: Mapping[str, int]) -> float:
    """What was missed for each that was found, by the recall where it was measured: found * (1 / recall - 1)."""
    recall = best_recall(scrub)
    return sum(count * (1 / recall[sort] - 1) for sort, count in places.items() if recall.get(sort, 0) > 0)
