"""What is asked of every plugin: a table of checks, each a function that yields what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from goodfit.config.compose import compose
from goodfit.config.files import check_options, stray_files
from goodfit.config.places import ConfRoot, Options, core_root, find_options
from goodfit.config.space import named_searches
from goodfit.errors import GoodfitError, Mistakes
from goodfit.plugins.deeds import REGISTERING
from goodfit.plugins.find import declared_plugins, hooks_beside
from goodfit.plugins.host import load_plugins
from goodfit.plugins.offers import unknown_limits
from goodfit.registry import did_you_mean
from goodfit.schema import RunConf
from goodfit.schema.plugins import PluginsConf
from goodfit.testing.new import UNSAID
from goodfit.testing.probe import DATA, HOOKS, IMPORT, RECORDS
from goodfit.testing.subject import Subject

SLOW_START_SECONDS = 1.0
"""Import and offering hooks are paid at the start of every run."""
SLOW_JUDGE_SECONDS = 60.0
OFFERING = (IMPORT, HOOKS, DATA)
"""The other steps without which nobody knows what is offered."""


class Skip(Exception):
    """Raised by a check that cannot be made here; says why."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a check came to."""

    check: str
    meaning: str
    state: str
    """``ok``, ``failed`` or ``skipped``."""
    problems: tuple[str, ...]
    """What is wrong; of a skipped check, why."""


def run_check(name: str, subject: Subject) -> Result:
    """Make one check."""
    check = CHECKS[name]
    meaning = " ".join((check.__doc__ or "").split())
    try:
        problems = tuple(dict.fromkeys(_in_package(subject, problem) for problem in check(subject)))
    except Skip as reason:
        return Result(name, meaning, "skipped", (str(reason),))
    return Result(name, meaning, "failed" if problems else "ok", problems)


def wheel(subject: Subject) -> Iterator[str]:
    """The wheel has every file of the package: conf, data, code."""
    if subject.project is None or subject.wheel is None or subject.plugin.folder is None:
        raise Skip("goodfit plugins check FOLDER builds and reads the wheel")
    package = subject.plugin.folder.relative_to(subject.wheel)
    for folder in sorted(subject.project.rglob(str(package))):
        for path in sorted(folder.rglob("*")):
            inside = package / path.relative_to(folder)
            if path.is_file() and "__pycache__" not in path.parts and not (subject.wheel / inside).is_file():
                yield f"the wheel lacks {inside.as_posix()}; see [tool.hatch.build] in pyproject.toml"


def entry_point(subject: Subject) -> Iterator[str]:
    """One entry point names the module with the hooks; the plugin's name is a lower-case word."""
    plugin = subject.plugin
    if not re.fullmatch(r"[a-z][a-z0-9_]*", plugin.name):
        yield f"the plugin is called '{plugin.name}'; choose a lower-case word, it stands before all that is offered"
    others = [other.distribution for other in declared_plugins().get(plugin.name, [])]
    for other in {name for name in others if name != plugin.distribution}:
        yield f"the installed package {other} has a plugin of the same name"
    if plugin.fault is not None:
        yield plugin.fault
    elif plugin.source is None:
        yield f"there is no module {plugin.module}"
    elif not subject.steps.get(HOOKS, {}).get("hooks") and (unloaded := hooks_beside(plugin)) is not None:
        yield "; ".join(unloaded)


def imports(subject: Subject) -> Iterator[str]:
    """The module with the hooks can be imported."""
    yield from _errors(subject, lambda step: step == IMPORT)


def hooks(subject: Subject) -> Iterator[str]:
    """The hooks exist, are marked, take the arguments that they are given, and say their HOOK_API."""
    yield from _errors(subject, lambda step: step == HOOKS)


def starts_fast(subject: Subject) -> Iterator[str]:
    """To be imported and asked what it offers takes a moment, and loads no library of machine learning."""
    start = {step: seen for step, seen in subject.steps.items() if step == IMPORT or step.startswith(REGISTERING)}
    for step, seen in start.items():
        for library in seen["heavy"]:
            yield f"{step} imports {library}; import it inside the function that needs it"
    seconds = sum(seen.get("seconds", 0.0) for seen in start.values())
    if seconds > SLOW_START_SECONDS:
        yield f"it takes {seconds:.1f} s at the start of every run; at most {SLOW_START_SECONDS:g} s"


def keeps_to_itself(subject: Subject) -> Iterator[str]:
    """No connection, no process, no thread that goes on, no file outside of a run's folder (temporary ones of a data
    source aside), nothing printed to standard output, and the working directory and torch's ways left as they were."""
    for step, seen in subject.steps.items():
        if step.startswith(RECORDS):
            continue  # goodfit itself reads there
        yield from (f"{step}: {act}" for act in seen["acts"])
        if seen["printed"]:
            yield f"{step} prints {seen['printed']} characters; results have standard output to themselves"


def configs(subject: Subject) -> Iterator[str]:
    """Every file in conf/ is an option of a group, and sets what the schema has."""
    if (root := _own_root(subject)) is not None:
        yield from (_told(mistake) for mistake in [*stray_files(root), *check_options(root)])


def names(subject: Subject) -> Iterator[str]:
    """Its options and searches are called like the plugin, and no other plugin offers them."""
    own = [root] if (root := _own_root(subject)) else []
    for find in (find_options, named_searches):
        try:
            find([*_roots(subject), *own])
        except GoodfitError as mistake:
            yield _told(mistake)
    for group, options in _own_options(subject).items():
        for name in options:
            if group in ("task", "dataset", "policy") and name.split("/", 1)[0] != subject.plugin.name:
                yield f"{group}={name} does not begin with the plugin's name; {group}={subject.plugin.name}/{name} does"
    for name in named_searches(own):
        if not name.startswith(subject.plugin.name):
            yield f"sweep={name} does not begin with the plugin's name; sweep={subject.plugin.name}_{name} does"


def tasks(subject: Subject) -> Iterator[str]:
    """Every option composes, and the data, metrics, gates, audits, limits, scrubbers and models that it names are
    offered."""
    offered = {step for step, seen in subject.steps.items() if "sort" in seen}
    offering = [seen for step, seen in subject.steps.items() if step in OFFERING or step.startswith(REGISTERING)]
    is_known = not any(seen["error"] for seen in offering)  # else what is lacking has its cause in another check
    own = _own_root(subject)
    roots = [core_root(), *([own] if own else [])]
    for group, options in _own_options(subject).items():
        for name in options if group != "experiment" else ():  # it may choose what other plugins offer
            try:
                conf = compose([f"{group}={name}"], roots, ("task",) if group == "task" else ()).conf
            except GoodfitError as mistake:
                yield _told(mistake)
                continue
            for thing in _named_by(conf, group):
                if is_known and thing.startswith(f"{subject.plugin.name}.") and thing not in offered:
                    yield f"{group}={name} names '{thing}', which the plugin does not offer; " + did_you_mean(
                        thing, offered, f"it offers {', '.join(sorted(offered)) or 'nothing'}"
                    )
            if is_known and group == "policy":
                yield from _unknown_limits(subject, name, conf.policy.limits)


def _unknown_limits(subject: Subject, policy: str, limits: Iterable[str]) -> Iterator[str]:
    """Limits that a policy sets, and that neither the plugin's audits have nor those of the others that are here."""
    known = {limit for seen in subject.steps.values() for limit in seen.get("limits", ())}
    if not set(limits) <= known:
        installed = [subject.plugin.name] if subject.plugin.name in declared_plugins() else []
        known |= set(load_plugins(PluginsConf(disable=installed)).limits())
    yield from map("; ".join, unknown_limits(f"policy={policy}", limits, known))


def _named_by(conf: RunConf, group: str) -> list[str]:
    """What an option of a group names, of what plugins offer."""
    named = {
        "task": [
            conf.task.source or "",
            *conf.task.metrics,
            *(conf.task.audits or []),
            *conf.task.privacy_scrubbers,
        ],
        "policy": [*conf.policy.gates, *conf.policy.audits],
        "privacy": conf.privacy.scrubbers,
        "model": [conf.model.source],
        "dataset": [conf.dataset.source],
    }
    return named.get(group, [])


def data(subject: Subject) -> Iterator[str]:
    """Its data are there, have a licence and an origin, and every row is a record; none leaks into the test."""
    yield from _problems_of(subject, "DataSourceSpec")
    for step, seen in subject.steps.items():
        if seen.get("sort") == "DataSourceSpec" and not seen["error"]:  # else it was not asked for them
            yield from (
                f"{step} does not say its {key}"
                for key in ("licence", "origin")
                if seen.get(key, "").strip() in ("", UNSAID)
            )
        if step.startswith(RECORDS):
            source = step.removeprefix(RECORDS)
            if seen["error"]:
                yield f"{source}: {seen['error']}"
                continue
            yield from (f"{source}: {fault}" for fault in [*seen["faults"], *seen["few"]])
    yield from _errors(subject, lambda step: step == DATA)


def types(subject: Subject) -> Iterator[str]:
    """Hooks, and the functions of what they offer, return what they promise and raise nothing."""
    yield from _errors(subject, lambda step: step not in OFFERING and not step.startswith(RECORDS))


def metrics(subject: Subject) -> Iterator[str]:
    """A metric is a function of sums over records: rows are finite, and depend on no other record."""
    yield from _problems_of(subject, "MetricSpec")


def audits(subject: Subject) -> Iterator[str]:
    """An audit can look at the plugin's own records, and at answers to them as if a model had given them."""
    problems = list(_problems_of(subject, "AuditSpec"))
    yield from problems
    untried = [step for step, seen in subject.steps.items() if seen.get("untried")]
    if untried and not problems:
        raise Skip(f"not tried: {', '.join(untried)}; there are no records of a kind that it takes")


def scrubbers(subject: Subject) -> Iterator[str]:
    """A scrubber finds places in a text that depend on this text alone."""
    yield from _problems_of(subject, "ScrubberSpec")


def models(subject: Subject) -> Iterator[str]:
    """A base model's folder has what a model needs."""
    yield from _problems_of(subject, "ModelSpec")


def same_twice(subject: Subject) -> Iterator[str]:
    """The same records give the same result in another process."""
    first, second = subject.probes
    for step, seen in first.items():
        if step in second and seen.get("digest") != second[step].get("digest"):
            yield f"{step} gives another result in another process: sort what comes from a set, and seed what is drawn"


def goes_to_workers(subject: Subject) -> Iterator[str]:
    """What it offers can be sent to worker processes."""
    for step, seen in subject.steps.items():
        if seen.get("kept_here"):
            yield f"{step} cannot be pickled ({seen['kept_here']}); use functions of a module, not lambdas"


def findings(subject: Subject) -> Iterator[str]:
    """Findings are called like the plugin, and hold ids and counts, never texts."""
    for step, seen in subject.steps.items():
        for code in seen.get("codes", ()):
            if not code.startswith(f"{subject.plugin.name}."):
                yield f"{step} finds '{code}'; its codes have to start with '{subject.plugin.name}.'"
        if seen.get("texts"):
            yield f"{step} puts texts of {seen['texts']} records into its findings; put their ids"


def judges_fast(subject: Subject) -> Iterator[str]:
    """A judge takes seconds, not minutes, for its own data."""
    for step, seen in subject.steps.items():
        if step.startswith("goodfit_check") and seen.get("seconds", 0.0) > SLOW_JUDGE_SECONDS:
            yield f"{step} takes {seen['seconds']:.0f} s; at most {SLOW_JUDGE_SECONDS:g} s"


def readme(subject: Subject) -> Iterator[str]:
    """Its README says what it stores, sends and changes."""
    for word in ("stores", "sends", "changes"):
        if word not in subject.readme.lower():
            yield f"the README does not say what it {word}; have a part 'What it stores, sends and changes'"


CHECKS: Mapping[str, Callable[[Subject], Iterator[str]]] = {
    check.__name__: check
    for check in (
        wheel,
        entry_point,
        imports,
        hooks,
        starts_fast,
        configs,
        names,
        tasks,
        data,
        types,
        metrics,
        audits,
        scrubbers,
        models,
        same_twice,
        goes_to_workers,
        findings,
        judges_fast,
        keeps_to_itself,
        readme,
    )
}
"""Name -> check, in the order in which they are made."""


def _problems_of(subject: Subject, sort: str) -> Iterator[str]:
    """What was found wrong with all that is offered of a sort."""
    for step, seen in subject.steps.items():
        if seen.get("sort") == sort:
            yield from (f"{step}: {problem}" for problem in seen.get("problems", []))


def _errors(subject: Subject, is_meant: Callable[[str], bool]) -> Iterator[str]:
    for step, seen in subject.steps.items():
        if is_meant(step) and seen["error"]:
            yield f"{step}: {seen['error']}"
    if (IMPORT not in subject.steps or subject.steps[IMPORT]["error"]) and not is_meant(IMPORT):
        raise Skip("the module cannot be imported")


def _own_root(subject: Subject) -> ConfRoot | None:
    conf = subject.plugin.conf
    return ConfRoot(subject.plugin.name, conf) if conf is not None else None


def _roots(subject: Subject) -> list[ConfRoot]:
    """goodfit's own options, and those of the other plugins."""
    others = [plugins[0] for name, plugins in sorted(declared_plugins().items()) if name != subject.plugin.name]
    return [core_root(), *(ConfRoot(plugin.name, plugin.conf) for plugin in others if plugin.conf is not None)]


def _own_options(subject: Subject) -> Options:
    root = _own_root(subject)
    return find_options([root]) if root is not None else {}


def _told(mistake: GoodfitError) -> str:
    """A mistake in one line."""
    mistakes = mistake.mistakes if isinstance(mistake, Mistakes) else (mistake,)
    return "; ".join(f"{one.what}; {one.fix}" for one in mistakes)


def _in_package(subject: Subject, problem: str) -> str:
    """A problem with paths as they are in the package: its wheel was unpacked for a moment only."""
    folder = subject.plugin.folder
    return problem.replace(f"{folder.parent}/", "") if folder is not None else problem
