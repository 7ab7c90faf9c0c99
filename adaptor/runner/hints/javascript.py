"""Signs of JavaScript in a job that Python cannot parse: where each of them is, and what Python writes instead."""

from __future__ import annotations

import re
from typing import NamedTuple

from .names import in_our_spelling, is_javascript, name_fix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


class Sign(NamedTuple):
    """One sign of JavaScript.

    Attributes:
        start: Where it begins in the text.
        end: Where it ends.
        what: What it is.
        fix: What Python writes.
    """

    start: int
    end: int
    what: str
    fix: str


#: Texts and comments of Python, in which nothing is looked for; a text may not be closed.
_SKIPPED = r"\#[^\n]*|\"\"\"(?s:.*?)\"\"\"|'''(?s:.*?)'''|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?"
#: A pattern, what it is called, and what to write. The first that fits counts.
_SIGNS = (
    (
        r"import\s*\{[^}]{0,2000}\}\s*from\s*[\"'][^\"'\n]*[\"'];?",
        "An import of JavaScript",
        "Leave the line out: the operations need no import.",
    ),
    (r"`[^`]*`?", "A text in backticks", ""),
    (r"/\*(?s:.*?)(?:\*/|\Z)", "A comment of JavaScript", "Write # before each line of a comment."),
    (r"(?m:(?:^|(?<=[;,)}\]])|(?<=\s))//(?=\s*[A-Za-z]).*$)", "A comment of JavaScript", "Write # before a comment."),
    (r"[=!]==", "`{sign}`", "Write {short}."),
    (r"(?:\(([\w\s,]*)\)|\b(\w+))\s*=>\s*\{?", "A function of JavaScript", ""),
    (
        r"\bfunction\b(?=\s*\w*\s*\()",
        "A function of JavaScript",
        "Write def name(state): with the lines below it indented.",
    ),
    (
        r"\bfor\s*\(\s*(?:let|const|var)\b[^{\n]*\{?",
        "A loop of JavaScript",
        "Write each(source, operation); inside a function `for item in items:`.",
    ),
    (r"\b(?:const|let|var)\s+(?=[\w{\[])", "`{sign}`", "Leave the word out: name = value."),
    (r"\belse\s+if\b", "`else if`", "Write elif."),
    (r"&&", "`&&`", "Write & between conditions on state, each in parentheses; `and` inside a function."),
    (r"\|\|", "`||`", "Write | between conditions on state, each in parentheses; `or` inside a function."),
    (r"!(?=[\w($])", "`!`", "Write ~(…) around a condition on state; `not` inside a function."),
    (
        r"\bnew\s+(?=[A-Z])",
        "`new`",
        "Leave the word out; a moment is datetime.now(), with `from datetime import datetime`.",
    ),
    (r"\$(?=\.\w)", "`$`", "Write state, as in state.data.name."),
    (r"\?\.", "`?.`", 'Write data_value("a.b"), which gives None where there is nothing.'),
    (r"\bas(?=\()|\bassert(?=\()", "`{sign}`", "Write {sign}_(…)."),
    (r"\bawait\s+", "`await`", "Leave the word out: operations are performed in order."),
    (r"[“„‘][^“”„‘’\n]*[“”’]?", "A typographic quote", "Write straight quotes: \" or '."),
)
_FINDER = re.compile(f"(?P<skipped>{_SKIPPED})|" + "|".join(f"(?P<s{at}>{sign[0]})" for at, sign in enumerate(_SIGNS)))
_NAME = re.compile(r"(?<![\w.$])([A-Za-z_$][\w$]*)(?=\s*[(.])|(?<![\w.$])(null|undefined|true|false)\b")
_BOUND = re.compile(r"\b(?:def|class|import|as|for)\s+(\w+)|^[ \t]*(\w+)[ \t]*=(?!=)", re.MULTILINE)


#: Nobody writes longer scripts by hand, or corrects more signs at a time.
_LONGEST, _MOST = 200_000, 100


def signs(text: str, known: Collection[str]) -> list[Sign]:
    """Return all signs of JavaScript in a script, in order, and the names of ours in another spelling.

    Args:
        text: The script, which Python cannot parse.
        known: The names that a job may use.

    Example:
        >>> [sign.fix for sign in signs("sendText(`1`)", ["send_text"])]
        ['Write send_text.', 'Write "1".']
    """
    if len(text) > _LONGEST:
        return []
    found: list[Sign] = []
    plain = list(text)
    for match in _FINDER.finditer(text):
        sign = None if match.lastgroup is None or match["skipped"] is not None else _sign(match)
        if sign is not None:
            found.append(sign)
        plain[match.start() : match.end()] = " " * len(match[0])
    found += _names("".join(plain), known)
    return sorted(found)[:_MOST]


def _sign(match: re.Match[str]) -> Sign:
    number = next(at for at in range(len(_SIGNS)) if match[f"s{at}"] is not None)
    _, what, fix = _SIGNS[number]
    sign = match[0].strip()
    if sign.startswith("`"):
        fix = _python_text(sign)
    elif "=>" in sign:
        fix = _python_function(sign)
    else:
        fix = fix.format(sign=sign, short=sign[:2])
    # A caret points at one line.
    end = match.start() + len(sign.split("\n")[0])
    return Sign(match.start(), end, f"{what.format(sign=sign)} is not Python.", fix)


def _python_text(sign: str) -> str:
    """Return what to write in place of a text in backticks."""
    inside = sign.strip("`")
    if "\n" in inside or "\\" in inside or '"' in inside or len(inside) > 80:
        return 'Write an f-string: f"Hello {state.data.name}"; over several lines f"""…""".'
    values = re.sub(r"\$\{([^{}]*)\}", r"{\1}", inside)
    return f'Write {"f" if values != inside else ""}"{values}".'


def _python_function(sign: str) -> str:
    """Return what to write in place of the head of an arrow function."""
    head = sign.partition("=>")[0].strip().strip("()") or "state"
    if sign.endswith("{"):
        return f"Write def name({head}): above, with its lines indented, and give its name: fn(name)."
    return f"Write lambda {head}: …"


def _names(text: str, known: Collection[str]) -> Iterator[Sign]:
    """Yield names that are ours in another spelling, or JavaScript's, each once."""
    seen = {name for pair in _BOUND.findall(text) for name in pair}
    for match in _NAME.finditer(text):
        name = match[0].strip()
        is_ours = in_our_spelling(name, known) not in (None, name)
        if name not in seen and name not in known and (is_ours or is_javascript(name)):
            seen.add(name)
            yield Sign(match.start(), match.end(), f"The name `{name}` is not known.", name_fix(name, known))
