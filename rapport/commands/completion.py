"""`rapport completion`: a script for the shell, which asks `rapport complete` when Tab is pressed."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated, Final

import typer

from rapport.failure import WRONG_USAGE, Failure
from rapport.teaching import Example

EXAMPLES = (
    Example("source <(rapport completion bash)", "in this bash; in ~/.bashrc the same line does it for all"),
    Example("source <(rapport completion zsh)", "the same for zsh; in ~/.zshrc behind compinit"),
    Example("rapport completion fish > ~/.config/fish/completions/rapport.fish", "for every fish"),
)

BASH: Final = r"""
_rapport() {
    local IFS=$'\n'
    COMPREPLY=($("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
    [[ ${#COMPREPLY[@]} -gt 0 ]] || compopt -o default
}
complete -F _rapport rapport
"""
ZSH: Final = r"""
#compdef rapport
_rapport() {
    local -a found
    local word says
    "${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null | while IFS=$'\t' read -r word says; do
        found+=("${word//:/\\:}${says:+:$says}")
    done
    if (( ${#found} )); then
        _describe rapport found
    else
        _files
    fi
}
if [[ ${funcstack[1]} == _rapport ]]; then
    _rapport "$@"
else
    compdef _rapport rapport
fi
"""
FISH: Final = r"""
function __rapport_candidates
    set -l words (commandline -opc) (commandline -ct)
    $words[1] complete -- $words[2..] 2>/dev/null
end
complete --command rapport --arguments '(__rapport_candidates)'
"""
SCRIPTS: Final = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def shells(incomplete: str) -> list[str]:
    """Shells that there is a script for."""
    return [name for name in SCRIPTS if name.startswith(incomplete)]


def command(
    shell: Annotated[str, typer.Argument(help="bash, zsh or fish.", metavar="bash|zsh|fish", autocompletion=shells)],
) -> None:
    if shell not in SCRIPTS:
        near = get_close_matches(shell, SCRIPTS, n=1)
        remedy = f"did you mean {near[0]}?" if near else f"there is one for {', '.join(SCRIPTS)}"
        raise Failure(f"no script for {shell}; {remedy}", WRONG_USAGE)
    typer.echo(SCRIPTS[shell].strip())
