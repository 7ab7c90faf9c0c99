"""Lines of files as they may be shown: what may be a secret is covered, also where the file cannot be parsed.

It is decided by key (`access_token: …`, all of a `configuration`) and by value (what looks like a token or a private
key). In doubt more is covered than is secret, up to the end of the line.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from ...core.secrets.redact import sounds_secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    Span = tuple[int, int]

#: Replaces each letter that is covered, so that a caret below keeps its place.
COVER = "•"

#: A key and the sign behind it; at the beginning of a line the sign may have been forgotten.
_KEY = re.compile(
    r"""(?mx) "(?P<double>[^"\n]{1,80})"\s*: | '(?P<single>[^'\n]{1,80})'\s*:
    | (?<![\w.-])(?P<plain>[\w.-]{1,80})(?:\s*:|[ \t]*=) | ^[ \t]*(?:-[ ]+)?(?P<bare>[\w-]{1,80})(?=[ \t]+\S)"""
)
#: What a workflow holds under these keys is a configuration, unless it is the name or the file of one.
_CONFIGURATIONS = frozenset({"configuration", "credentials"})
_NAME = re.compile(r"""[ \t]*("[\w ./@-]{1,60}"|'[\w ./@-]{1,60}'|[\w./@-]{1,60})[ \t]*(?=[,}\]\n#]|$)""")
_LETTER = r"[\w+/=~-]"
_TOKEN = re.compile(
    rf"(?<!{_LETTER})(?:EAA\w{{10,}}|(?=\d*[a-f])[0-9a-f]{{32,}}"
    rf"|(?={_LETTER}*?[a-z])(?={_LETTER}*?[A-Z])(?={_LETTER}*?\d){_LETTER}{{20,1000}}(?!{_LETTER}))"
)
_PRIVATE_KEY = re.compile(r"(?s)(?<=-----BEGIN )[A-Z ]*PRIVATE KEY-----.*?(?:-----END|\Z)")
_ASSIGNED = re.compile(r"""([A-Za-z_][\w-]*)["']?\s*[:=](?!=)""")
_LITERAL = re.compile(r""""(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?""")


class Covered:
    """Where in the text of a data file a secret may be.

    Args:
        text: The text, JSON or YAML, which may be broken.
    """

    def __init__(self, text: str) -> None:
        self._spans = _joined(sorted([*_by_key(text), *_by_value(text)]))
        self._starts = [start for start, _ in self._spans]

    def holds(self, offset: int) -> bool:
        """Whether a place of the text is covered."""
        index = bisect_right(self._starts, offset) - 1
        return index >= 0 and offset < self._spans[index][1]

    def line(self, line: str, begin: int) -> str:
        """Return a line that begins at `begin` as it may be shown."""
        return _covered(line, [(start - begin, end - begin) for start, end in self._spans])


def covered_code(line: str, *, is_broken: bool = False) -> str:
    """Return a line of a script as it may be shown.

    Args:
        line: The line.
        is_broken: It is no Python, so that nobody can say where a text ends.

    Example:
        >>> covered_code('headers={"X-Token": "abc def"}'), covered_code("token = ab cd", is_broken=True)
        ('headers={"X-Token": "•••••••"}', 'token =••••••')
    """
    spans = list(_by_value(line))
    key = next((match for match in _ASSIGNED.finditer(line) if sounds_secret(match[1])), None)
    if key is not None and is_broken:
        spans.append((key.end(), len(line)))
    elif key is not None:
        # From the beginning of the line: the key may be inside of a text, such as the query of an address.
        literals = [(found.start() + 1, found.end()) for found in _LITERAL.finditer(line)]
        spans += [(max(start, key.end()), _closed(line, start, end)) for start, end in literals if end > key.end()]
    return _covered(line, spans)


def _closed(line: str, start: int, end: int) -> int:
    """Return where the content of a literal ends, whose last quote may be on another line."""
    return end - 1 if end > start and line[end - 1] == line[start - 1] else end


def covered_name(name: str) -> str:
    """Return a name as it may be shown: a token that was given in its place is covered.

    Example:
        >>> covered_name("/home/Anna/Clinic2026/keys.json"), covered_name("EAAGm0PX4ZCpsBAKZC")
        ('/home/Anna/Clinic2026/keys.json', '••••••••••••••••••')
    """
    return "/".join(_covered(part, list(_by_value(part))) for part in name.split("/"))


def _covered(line: str, spans: list[Span]) -> str:
    for start, end in spans:
        start, end = max(start, 0), min(end, len(line))
        if start < end:
            line = line[:start] + re.sub(r"[^\r\n]", COVER, line[start:end]) + line[end:]
    return line


def _by_value(text: str) -> Iterator[Span]:
    for pattern in (_TOKEN, _PRIVATE_KEY):
        yield from (match.span() for match in pattern.finditer(text))


def _by_key(text: str) -> Iterator[Span]:
    last = 0
    for match in _KEY.finditer(text):
        key = match[match.lastgroup or 0]
        start = match.end()
        is_configuration = key in _CONFIGURATIONS and (match.lastgroup == "bare" or not _NAME.match(text, start))
        # An escape in a key hides what it is.
        if start >= last and (is_configuration or "\\" in key or sounds_secret(key)):
            last = _end_of_value(text, match.start(match.lastgroup or 0), start)
            yield start, last


def _end_of_value(text: str, key: int, start: int) -> int:
    """Return where the line ends on which a value ends, as far as brackets, quotes and indentation say so."""
    value = re.compile(r"\s*").match(text, start)
    first = value.end() if value is not None else start
    end = _line_end(text, start)
    sign = text[first : first + 1]
    if sign and sign in "{[":
        end = max(end, _line_end(text, _closing(text, first)))
    elif sign and sign in "\"'":
        literal = _LITERAL.match(text, first)
        end = max(end, _line_end(text, literal.end() if literal is not None else first))
    elif first > end:
        end = _line_end(text, first)
    indentation = _indentation(text, text.rfind("\n", 0, key) + 1)
    while end < len(text):
        following = _line_end(text, end + 1)
        if text[end + 1 : following].strip() and _indentation(text, end + 1) <= indentation:
            break
        end = following
    return end


def _closing(text: str, start: int) -> int:
    """Return where a bracket is closed, counting none in texts, or the end where it is not."""
    depth = 0
    for match in re.compile(rf"{_LITERAL.pattern}|[{{}}\[\]]").finditer(text, start):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    return len(text)


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _indentation(text: str, begin: int) -> int:
    end = _line_end(text, begin)
    return len(text[begin:end]) - len(text[begin:end].lstrip(" \t"))


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined
