"""The hooks of the register: they hear of each run, and write a line where a register is asked for."""

from goodfit.hooks import hookimpl
from goodfit.hooks.types import RunFacts

HOOK_API = 1


@hookimpl
def goodfit_on_run_start(run: RunFacts) -> None:
    """Write that a run begins."""
    from goodfit_register.lines import enter

    enter("start", run)


@hookimpl
def goodfit_on_run_end(run: RunFacts) -> None:
    """Write how a run ended."""
    from goodfit_register.lines import enter

    enter("end", run)
