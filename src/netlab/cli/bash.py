"""Tab in bash, which takes a colon for a word of its own: typer's script knows nothing of `NODE:PATH`."""

from typer import _completion_shared

# Words that stand together on the line are joined again; what stands before the last colon is left out of the answers,
# because bash puts them behind it. (bash's manual, "Programmable Completion" and COMP_WORDBREAKS.)
SCRIPT = """
%(complete_func)s() {
    local IFS=$'\\n' rest=$COMP_LINE words=() word last before
    for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        if [[ ${#words[@]} -eq 0 || $rest == [[:space:]]* ]]; then
            words+=("$word")
        else
            words[${#words[@]}-1]+=$word
        fi
        rest=${rest#"${rest%%%%[![:space:]]*}"}
        rest=${rest#"$word"}
    done
    COMPREPLY=( $( env COMP_WORDS="${words[*]}" COMP_CWORD=$((${#words[@]} - 1)) \\
                   %(autocomplete_var)s=complete_bash "$1" ) )
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[/:] ]] && compopt -o nospace
    last=${words[${#words[@]}-1]}
    [[ $last == [\\"\\']* ]] && return 0
    if [[ $last == *:* && $COMP_WORDBREAKS == *:* ]]; then
        before=${last%%"${last##*:}"}
        COMPREPLY=( "${COMPREPLY[@]#"$before"}" )
    fi
    [[ ${#COMPREPLY[@]} -eq 0 ]] || COMPREPLY=( $( printf '%%q\\n' "${COMPREPLY[@]}" ) )
    return 0
}

complete -o default -F %(complete_func)s %(prog_name)s
"""


def mend() -> None:
    """Make `--show-completion` and `--install-completion` give this script (typer has no public place for it)."""
    _completion_shared._completion_scripts["bash"] = SCRIPT  # noqa: SLF001
