"""What a text or a path probably is that was given in the place of JSON: CSV, Python, a path, a token and so on."""

from __future__ import annotations

import ast
import json
import os
import re

from ..problems.covered import covered_code
from .paths import DATA, nearest_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: What something probably is, as a sentence goes on after its name, and what to do.
Hint = tuple[str, str]

STATE = "state"
CREDENTIAL = "credential"
PEOPLE = "people"

_ASSIGNMENT = re.compile(r"(?:export\s+)?[A-Za-z_]\w*=\S")
#: Longer texts are not written out in an answer.
_MOST_SHOWN = 300


def of_text(text: str, file: str, what: str, offset: int = 0) -> Hint | None:
    r"""Return what a text that is not JSON probably is, and what to do; None where that is not clear.

    Args:
        text: The text. None of it is in the answer, unless it was given inline.
        file: Its name: a path, `-S`, or what else errors call it.
        what: What it should be, such as `state file`.
        offset: Where it is found to be no JSON.

    Example:
        >>> of_text("psid,name\n1,Ana\n", "rows.csv", "state file")[0]
        'is a CSV file'
        >>> of_text("{'data': {}}", "-S", "state", offset=1)[0]
        'is written as Python writes it'
    """
    is_inline = file == "-S"
    name = os.path.basename(file)
    plain = text.strip()
    if is_inline and (hint := _path_given_inline(plain)) is not None:
        return hint
    if name.lower().endswith((".csv", ".tsv")) or _looks_like_csv(plain):
        return "is a CSV file", f"{csv_fix(name)} It needs no state."
    if name.lower().endswith((".py", ".js", ".ts")):
        return "is a script", f"Give the {what}, such as state.json." if "state" in what else f"Give the {what}."
    if len(lines := plain.splitlines()) > 1 and all(map(_is_json_object, lines[:3])):
        fix = f'A job goes through it: each(Path(__file__).with_name("{name}"), …). It needs no state.'
        return "is JSON Lines, one object a line", fix
    if _ASSIGNMENT.match(plain) and "{" not in plain.splitlines()[0]:
        return "holds lines NAME=value, as a .env file does", 'Write JSON: {"access_token": "…"}.'
    if _is_of_credential(what) and re.fullmatch(r"[\w.|-]{8,}", plain):
        otherwise = ", or set ADAPTOR_ACCESS_TOKEN instead" if "environment" in what else ""
        return "holds one word, probably the token alone", f'Write JSON: {{"access_token": "…"}}{otherwise}.'
    if text.startswith(("'", "True", "False", "None"), offset) and (value := _python_value(plain)) is not None:
        return "is written as Python writes it", _as_json(value, is_inline=is_inline)
    if text.startswith(("//", "#", "/*"), offset):
        return "has a comment, which JSON does not allow", "Take the comment out."
    return _unquoted(plain, is_inline=is_inline)


def of_path(path: str, what: str) -> Hint | None:
    """Return what was probably given in the place of a path, and what to do; None where it may be a path.

    Args:
        path: What was given. It is not in the answer: it may be a credential.
        what: What the file should hold, such as `credentials file`.
    """
    text = path.strip()
    is_credential = _is_of_credential(what)
    if text.startswith(("{", "[")):
        fix = "Give it with a capital S: -S '{\"data\": …}'."
        if is_credential:
            fix = "Write it into a file and give its path: -c credentials.json. Other users can read the command line."
        return "was given as JSON, where the path of a file is expected", fix
    if is_credential and re.fullmatch(r"EAA[\w]{7,}|[\w|-]{40,}", text):
        fix = (
            'Write {"access_token": "…"} into a file and give its path: -c credentials.json; or set '
            "ADAPTOR_ACCESS_TOKEN. The command line is kept in the history of the shell: clear it there."
        )
        return "is given by its path, and this looks like the token itself", fix
    return None


def of_bytes(raw: bytes) -> Hint | None:
    """Return what a file that is not UTF-8 probably is, and what to do; None where that is not clear."""
    if raw.startswith(b"PK\x03\x04"):
        return (
            "is a spreadsheet or another packed file",
            "Save the sheet as “CSV UTF-8” and let the job read it: parse_csv.",
        )
    if raw.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff")):
        return "is a document or an image", "Give a file of data."
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "is UTF-16, as PowerShell's `>` and Notepad's “Unicode” write it", "Save it as UTF-8."
    return None


def kind_of_object(value: Any) -> str | None:
    """Return what an object probably is that was given as a workflow, or None.

    Example:
        >>> kind_of_object({"data": {}}), kind_of_object({"access_token": "…"}), kind_of_object({"steps": []})
        ('state', 'credential', None)
    """
    if not isinstance(value, dict) or value.keys() & {"steps", "workflow", "workflows", "jobs"}:
        return None
    if "access_token" in value or any(isinstance(each, dict) and "access_token" in each for each in value.values()):
        return STATE if "configuration" in value else CREDENTIAL
    if "data" in value:
        return STATE
    return PEOPLE if "people" in value else None


def csv_fix(name: str) -> str:
    """Return how a job reads a CSV file that was given in another place."""
    return f'A job reads it itself: parse_csv(Path(__file__).with_name("{name}")), then each(state.data, …).'


def is_cut_by_shell(text: str) -> bool:
    """Whether a text is the beginning of JSON that a shell has divided at its spaces."""
    return text.startswith(("{", "[")) and text.count("{") + text.count("[") > text.count("}") + text.count("]")


def _path_given_inline(text: str) -> Hint | None:
    if "\n" not in text and (text.lower().endswith((".json", ".yaml", ".yml")) or os.path.isfile(text)):
        found = text
        if not os.path.isfile(text):
            question = nearest_file(text, DATA, "")
            found = question.removeprefix("Did you mean ").rstrip("?").split(" or ")[0] or text
        return f"is the name of a file ({text})", f"Give a file with a small s: -s {found}"
    return None


def _looks_like_csv(text: str) -> bool:
    lines = text.splitlines()[:3]
    if len(lines) < 2 or lines[0].startswith(("{", "[", "#", "-")):
        return False
    return any(len({line.count(sign) for line in lines}) == 1 and sign in lines[0] for sign in (",", ";", "\t"))


def _is_json_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _python_value(text: str) -> Any:
    try:
        value = ast.literal_eval(text)
        return value if isinstance(value, dict | list) and json.dumps(value) else None
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _as_json(value: Any, *, is_inline: bool) -> str:
    text = json.dumps(value, ensure_ascii=False)
    is_secret = "configuration" in text or covered_code(text) != text
    if is_inline and len(text) <= _MOST_SHOWN and "'" not in text and not is_secret:
        return f"Write it as JSON: -S '{text}'"
    return "JSON has double quotes around texts and keys, and true, false and null; json.dumps(…) writes it."


def _unquoted(text: str, *, is_inline: bool) -> Hint | None:
    if is_inline and is_cut_by_shell(text):
        return "ends in the middle: the shell has divided it", "Put it in single quotes: -S '{\"data\": …}'"
    if re.match(r"\{\s*[A-Za-z_]\w*\s*:", text):
        where = (
            " The shell takes them away, unless all of it is in single quotes: -S '{\"data\": …}'." if is_inline else ""
        )
        return "has keys without quotes", f"Write double quotes around keys and texts.{where}"
    return None


def _is_of_credential(what: str) -> bool:
    return "credentials" in what or "environment" in what
