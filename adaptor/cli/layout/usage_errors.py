"""What is wrong with a command line, in one line."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    _Words = Callable[[re.Match[str]], str]


def in_words(message: str) -> str:
    """Return a message of argparse as a sentence.

    Example:
        >>> in_words("argument --limit: invalid whole number from 1: value: '0'")
        "--limit needs a whole number from 1, not '0'."
        >>> in_words("argument -l/--log: expected one argument")
        '--log needs a value.'
    """
    for pattern, words in _KNOWN:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found is not None:
            return words(found)
    return message if message.endswith(".") else f"{message}."


def _option(text: str) -> str:
    """Return the long name of an option."""
    return text.rpartition("/")[2]


def _choice(found: re.Match[str]) -> str:
    from ...runner.problems.problems import did_you_mean

    name, given, choices = _option(found[1]), found[2], re.findall(r"[^\s',]+", found[3])
    if name == "COMMAND":
        hint = did_you_mean(given, choices, f"The commands are {', '.join(choices)}.")
        return f"there is no command `{given}`. {hint}"
    return f"{name} is one of {', '.join(choices)}, not {given!r}."


def _kind(found: re.Match[str]) -> str:
    kind = {"int": "whole number", "float": "number"}.get(found[2], found[2])
    return f"{_option(found[1])} needs {'an' if kind[0] in 'aeiou' else 'a'} {kind}, not {found[3]}."


#: Messages of argparse, which has no other form of them, and what people read instead.
_KNOWN: tuple[tuple[str, _Words], ...] = (
    (r"argument (\S+): invalid choice: '?(.*?)'? \(choose from (.*)\)", _choice),
    (r"argument (\S+): invalid (.+?):? value: (.*)", _kind),
    (r"argument (\S+): expected (?:one|at least one) argument", lambda found: f"{_option(found[1])} needs a value."),
    (r"argument (\S+): ignored explicit argument .*", lambda found: f"{_option(found[1])} takes no value."),
    (
        r"argument (\S+): not allowed with argument (\S+)",
        lambda found: f"{_option(found[1])} and {_option(found[2])} do not go together.",
    ),
    (
        r"the following arguments are required: (.*)",
        lambda found: f"{found[1].replace(', ', ' and ')} {'are' if ', ' in found[1] else 'is'} missing.",
    ),
    (r"argument (\S+): (.*)", lambda found: f"{_option(found[1])}: {found[2]}"),
)
