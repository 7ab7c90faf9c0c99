"""The scripts with which bash, zsh and fish complete a command line."""

from __future__ import annotations

from shlex import quote

from .completion import FILES, FOLDERS, Command, Option

_BASH = """\
# Completes `adaptor` in bash: source <(adaptor completion bash)
_adaptor() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
    # `--state=file` comes as three words.
    if [[ $current == = ]]; then
        current=
    elif [[ $previous == = ]]; then
        previous=${{COMP_WORDS[COMP_CWORD-2]}}
    fi
    COMPREPLY=()
    if [[ $COMP_CWORD -eq 1 ]]; then
        COMPREPLY=($(compgen -W {commands} -- "$current"))
        return
    fi
    case "${{COMP_WORDS[1]}} $previous" in
{values}
    esac
    case "${{COMP_WORDS[1]}}" in
{words}
    esac
}}
# Where nothing is found, files are.
complete -o default -F _adaptor adaptor
"""


def bash(commands: list[Command]) -> str:
    """Return the script for bash; files are left to the shell itself, which knows how to quote them."""
    values: list[str] = []
    words: list[str] = []
    for command in commands:
        for option in command.options:
            if option.takes is not None:
                pattern = "|".join(quote(f"{command.name} {flag}") for flag in option.flags)
                values.append(f"        {pattern}) {_bash_values(option.takes)} return ;;")
        flags = [flag for option in command.options for flag in option.flags]
        plain = _bash_values(command.takes or [])
        dashed = f"if [[ $current == -* ]]; then {_bash_values(flags)}"
        words.append(f"        {command.name}) {dashed}{plain and f' else {plain}'} fi ;;")
    names = quote(" ".join([*(command.name for command in commands), "--help"]))
    return _BASH.format(commands=names, values="\n".join(values), words="\n".join(words))


def _bash_values(takes: str | list[str]) -> str:
    if takes == FOLDERS:
        return 'COMPREPLY=($(compgen -d -- "$current"));'
    if isinstance(takes, list) and takes:
        return f'COMPREPLY=($(compgen -W {quote(" ".join(takes))} -- "$current"));'
    return ""


def zsh(commands: list[Command]) -> str:
    """Return the script for zsh."""
    described = " ".join(quote(f"{command.name}:{command.help}") for command in commands)
    lines = [
        "#compdef adaptor",
        "# Completes `adaptor` in zsh: source <(adaptor completion zsh), after compinit.",
        "_adaptor() {",
        f"  local -a commands=({described})",
        "  if (( CURRENT == 2 )); then",
        "    _describe command commands",
        "    return",
        "  fi",
        "  local command=$words[2]",
        "  shift words",
        "  (( CURRENT -= 1 ))",
        "  case $command in",
    ]
    for command in commands:
        lines.append(f"    {command.name}) _arguments -s \\")
        lines += [f"      {_zsh_option(option)} \\" for option in command.options]
        lines.append(f"      {quote('*:word:' + _zsh_values(command.takes))} ;;" if command.takes else "      ;;")
    lines += ["  esac", "}", "compdef _adaptor adaptor"]
    return "\n".join(lines) + "\n"


def _zsh_option(option: Option) -> str:
    said = "[" + option.help.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:") + "]"
    value = "" if option.takes is None else f":{option.name}:{_zsh_values(option.takes)}"
    if len(option.flags) == 1:
        return quote(f"{option.flags[0]}{said}{value}")
    return f"{quote('(' + ' '.join(option.flags) + ')')}{{{','.join(option.flags)}}}{quote(said + value)}"


def _zsh_values(takes: str | list[str] | None) -> str:
    if takes == FILES:
        return "_files"
    if takes == FOLDERS:
        return "_files -/"
    return f"({' '.join(takes)})" if takes else " "


def fish(commands: list[Command]) -> str:
    """Return the script for fish."""
    lines = ["# Completes `adaptor` in fish.", "complete -c adaptor -f"]
    for command in commands:
        begin = f"complete -c adaptor -n '__fish_seen_subcommand_from {command.name}'"
        lines.append(f"complete -c adaptor -n __fish_use_subcommand -a {command.name} -d {_fish(command.help)}")
        if command.takes is not None:
            lines.append(f"{begin} {_fish_values(command.takes)}")
        for option in command.options:
            flags = [f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags]
            value = "" if option.takes is None else f" -r {_fish_values(option.takes)}"
            lines.append(f"{begin} {' '.join(flags)}{value} -d {_fish(option.help)}")
    return "\n".join(lines) + "\n"


def _fish_values(takes: str | list[str]) -> str:
    if takes == FILES:
        return "-F"
    if takes == FOLDERS:
        return "-a '(__fish_complete_directories)'"
    return f"-a {_fish(' '.join(takes))}"


def _fish(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
