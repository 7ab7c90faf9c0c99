"""A job that is written in JavaScript, as OpenFn's are: it is refused, with what Python writes instead."""

from __future__ import annotations

import re
from typing import NamedTuple

from ...problems.problems import Problems
from ...problems.source_lines import CannotLoad
from .names import python_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ....core.errors import AdaptorError

#: The page that shows each call and each pattern of a job in both languages.
PAGE = "docs/from-openfn.md"

#: Texts, and comments of both languages. A text is left as two quotes, and a comment as its first sign.
_TEXTS = re.compile(
    r"""(?P<template>`(?:[^`\\]|\\.)*`?)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|(?P<line>(?<![:\w/])//[^\n]*)"""
    r"""|(?P<block>/\*.*?(?:\*/|$))|\#[^\n]*""",
    re.DOTALL,
)


class _Sign(NamedTuple):
    """One way in which a job shows that it is JavaScript.

    Attributes:
        pattern: How it is found in a text without texts and comments.
        written: How people call it.
        fix: What to write in Python.
        is_decisive: It alone shows that a text without Python's own signs is JavaScript.
    """

    pattern: str
    written: str
    fix: str
    is_decisive: bool


_NO_IMPORT = "Leave it out: the operations need no import."
_SIGNS = (
    _Sign(r"\bimport\b[^;\n]{0,300}?\bfrom[ \t]*\"\"", "import … from", _NO_IMPORT, True),
    _Sign(r"\brequire\s*\(", "require(…)", _NO_IMPORT, True),
    _Sign(r"=>", "=>", "Write lambda state: …, or a function: def name(state):", True),
    _Sign(r"\bfunction\b\s*\w*\s*\(", "function", "Write def name(state):", True),
    _Sign(
        r"(?m)^[ \t]*(?:export[ \t]+)?(?:const|let|var)\s+[\w{\[]",
        "const, let, var",
        "Write the name alone: name = …",
        True,
    ),
    _Sign(r"(?<![\w$])\$\.", "$.", "Write state, as in state.data.name.", True),
    _Sign(r"\bawait\s", "await", "Leave it out: operations run one after the other.", False),
    _Sign(r"``", "backticks", 'Write f"Hello {state.data.name}".', False),
    _Sign(r"(?m)(?:^|[;,{}(\[])[ \t]*//", "//", "Write # before a comment.", False),
    _Sign(r"/\*", "/* … */", "Write # before each line of a comment.", False),
    _Sign(r"===|!==", "===", "Write ==, or != for !==.", False),
    _Sign(
        r"&&|\|\|",
        "&& and ||",
        "Write & and | between conditions on state, each in parentheses; `and` and `or` in a function.",
        False,
    ),
    _Sign(r"[{,]\s*[A-Za-z_]\w*\s*:(?![:=])", "a key without quotes", 'Write {"name": …}.', False),
    _Sign(r"\?\.", "?.", 'Write data_value("a.b"), which gives None where there is nothing.', False),
    _Sign(r"\.\.\.", "...", "Write ** for an object, as in {**state, …}, and * for a list.", False),
    _Sign(r"\bnew\s+[A-Z]", "new", "Leave the word out.", False),
    _Sign(r"(?m);[ \t]*$", ";", "Leave it out at the end of a line.", False),
)
#: What only Python writes. A job that has some of it is a Python job with a few words of JavaScript.
_PYTHON = re.compile(
    r"(?m)^[ \t]*(?:def|async def|class|elif|if|for|while|with|try|else)\b[^{\n]*:[ \t]*$|\blambda\b"
    r"|^[ \t]*from[ \t]+[\w.]+[ \t]+import\b|^[ \t]*import[ \t]+[\w.]+[ \t]*$"
)
#: A name that is called, or has something read from it; and JavaScript's words for values.
_NAME = re.compile(
    r"(?<![\w.$])([A-Za-z_]\w*(?:\.\w+)?)(?=\s*\()|(?<![\w.$])(_|[A-Za-z]\w*)(?=\.\w+\s*\()"
    r"|(?<![\w.$])(null|undefined|true|false)\b(?!\s*:)"
)
#: Words of JavaScript that are followed by a bracket and are no names.
_WORDS = frozenset(
    {"catch", "for", "function", "if", "import", "new", "require", "return"}
    | {"super", "switch", "throw", "typeof", "while"}
)


def refusal_of_javascript(text: str, file: str, known: Collection[str]) -> AdaptorError | None:
    """Return the refusal of a job that is JavaScript, or None where it is not.

    It names every sign and every name of OpenFn's in it with its lines and with what Python writes.

    Args:
        text: A job that Python cannot parse, or that holds unknown names.
        file: Its name in errors.
        known: Our names.

    Example:
        >>> str(refusal_of_javascript("fn(state => state);", "job.js", ["fn"]))
        '3 problems.'
        >>> refusal_of_javascript("fn(lambda state: state", "job.py", ["fn"])
    """
    plain = _TEXTS.sub(_blank, text)
    found = {sign: lines for sign in _SIGNS if (lines := _lines(re.finditer(sign.pattern, plain), plain))}
    if not _is_javascript(found, plain):
        return None
    first = _problem(
        "This job is written in JavaScript. Jobs are written in Python here.",
        file,
        1,
        f"{PAGE} shows each call and each pattern of OpenFn's jobs in Python. Nothing was run.",
    )
    facts = [*_names(plain, known), *((sign.written, sign.fix, lines) for sign, lines in found.items())]
    return Problems([first, *(_refusal(*fact, file) for fact in sorted(facts, key=lambda fact: (fact[2], fact[0])))])


def _is_javascript(found: dict[_Sign, list[int]], plain: str) -> bool:
    if _PYTHON.search(plain):
        return False
    return any(sign.is_decisive for sign in found) or len(found) > 1


def _blank(match: re.Match[str]) -> str:
    """Return what stays of a text or a comment: its sign, and its lines."""
    ends = "\n" * match[0].count("\n")
    for name, sign in (("template", "``"), ("line", "//"), ("block", "/*")):
        if match[name] is not None:
            return sign + ends
    return "" if match[0].startswith("#") else f'""{ends}'


def _lines(matches: Iterator[re.Match[str]], plain: str) -> list[int]:
    """Return the lines of matches, each once; a match may begin with the blank lines before it."""
    at = (match.end() - len(match[0].lstrip()) for match in matches)
    return sorted({plain.count("\n", 0, start) + 1 for start in at})


def _names(plain: str, known: Collection[str]) -> Iterator[tuple[str, str, list[int]]]:
    """Yield each name that Python writes otherwise, with what it writes, and with its lines."""
    own = set(re.findall(r"\b(?:const|let|var|function)\s+(\w+)", plain))
    places: dict[str, list[re.Match[str]]] = {}
    for match in _NAME.finditer(plain):
        name = match[1] or match[2] or match[3]
        first = name.partition(".")[0]
        if first not in own and first not in _WORDS:
            # Of `console.log` and `Object.keys` the first word decides; of `http.get` both.
            places.setdefault(name if first in known else first, []).append(match)
    for name, matches in places.items():
        python = python_name(name, known)
        if python is not None and python.removesuffix("(…)") != name:
            yield name, f"Write {python}.", _lines(iter(matches), plain)


def _refusal(written: str, fix: str, lines: list[int], file: str) -> CannotLoad:
    also = f" Also in line{'s' * (len(lines) > 2)} {', '.join(map(str, lines[1:]))}." if len(lines) > 1 else ""
    return _problem(f"`{written}` is JavaScript.{also}", file, lines[0], fix)


def _problem(what: str, file: str, line: int, fix: str) -> CannotLoad:
    problem = CannotLoad(what, fix=fix)
    problem.file, problem.line = file, line
    return problem
