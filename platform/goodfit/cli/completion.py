"""goodfit completion SHELL: tab completion of verbs, options, groups and settings."""

from __future__ import annotations

from typing import Any

from goodfit.cli.arguments import OPTIONS, VERBS, Arguments
from goodfit.cli.setting_up import config_roots, only_word
from goodfit.config.places import find_options
from goodfit.config.settings import settings
from goodfit.errors import ConfigError
from goodfit.registry import did_you_mean

SHELLS = {
    "bash": (
        '_goodfit() { local w="${COMP_LINE:0:COMP_POINT}"; w="${w##* }"; local r; '
        'r=$(goodfit completion suggest "x$w" 2>/dev/null); '
        'COMPREPLY=($(compgen -W "$r" -- "$w")); local p="${w%"${w##*=}"}"; '
        '[[ $w == *=* ]] && COMPREPLY=("${COMPREPLY[@]#"$p"}"); '
        "[[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace; }\ncomplete -F _goodfit goodfit"
    ),
    "zsh": (
        "#compdef goodfit\n_goodfit() { local -a r; "
        'r=(${(f)"$(goodfit completion suggest "x$PREFIX" 2>/dev/null)"}); compadd -S "" -a r; }\n'
        "compdef _goodfit goodfit"
    ),
    "fish": "complete -c goodfit -f -a '(goodfit completion suggest x(commandline -ct) 2>/dev/null)'",
}


def run(arguments: Arguments) -> dict[str, Any] | None:
    """Print a shell's script, or (for the scripts) what may follow a beginning."""
    if arguments.words[:1] == ["suggest"]:
        print("\n".join(suggestions("".join(arguments.words[1:2])[1:], arguments)))
        return None
    shell = only_word(arguments)
    if shell not in SHELLS:
        fix = did_you_mean(shell, SHELLS, "goodfit completion bash >> ~/.bashrc (or zsh, fish)")
        raise ConfigError(f"no completion for the shell '{shell}'", fix)
    if not arguments.json:
        print(SHELLS[shell])
    return {"shell": shell, "script": SHELLS[shell]}


def suggestions(beginning: str, arguments: Arguments) -> list[str]:
    """All words and options that begin so."""
    if beginning.startswith("-"):
        return [name for name in OPTIONS if name.startswith(beginning)]
    options = find_options(config_roots(arguments.config_dir))
    words = [f"{group}={name}" for group, names in options.items() for name in names]
    heads = [*VERBS, *(f"{group}=" for group in options), *(f"{path}=" for path in settings())]
    known = words if "=" in beginning else heads
    return [word for word in known if word.startswith(beginning)]
