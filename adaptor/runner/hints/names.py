"""What an unknown name in a job probably means: one of ours in another spelling, a module, or a word of JavaScript."""

from __future__ import annotations

import builtins
import sys

from ..problems.problems import did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

#: Names that OpenFn or JavaScript has, in lower case without underscores, and what to write here. A name of ours in
#: another spelling needs no row: `sendText` is `send_text`.
_WRITE = {
    "console": "Write log(…) for a step of its own; inside a function print(…).",
    "null": "Write None.",
    "undefined": "Write None.",
    "true": "Write True.",
    "false": "Write False.",
    "nan": 'Write float("nan").',
    "json": "Write `import json` at the top: json.dumps(…) for JSON.stringify, json.loads(…) for JSON.parse.",
    "math": "Write max(…), min(…), round(…) or abs(…); for more, `import math` at the top.",
    "parseint": "Write int(…).",
    "parsefloat": "Write float(…).",
    "number": "Write int(…) or float(…).",
    "string": "Write str(…).",
    "array": "Write list(…) or [ ].",
    "object": "Write dict(…) or { }: d.keys(), d.values(), d.items().",
    "datefns": "Write `from datetime import datetime` at the top; `adaptor docs dates` shows how.",
    "alert": "Write log(…).",
    "require": "Leave it out: the operations need no import. Modules of Python are imported with `import name`.",
    "fetch": "Write http.get(…) or http.post(…).",
    "axios": "Write http.get(…) or http.post(…).",
    "settimeout": "Write `import time` at the top and time.sleep(seconds) in a function.",
    "get": "Write http.get(…).",
    "post": "Write http.post(…).",
    "put": "Write http.put(…).",
    "patch": "Write http.patch(…).",
    "request": "Write http.request(…).",
    "alterstate": "Write fn(…).",
    "this": "Write the name of the variable: Python has no `this`.",
}
#: What people use most of Python's modules without naming the module.
_OF_MODULES = {
    "Path": "pathlib",
    "datetime": "datetime",
    "date": "datetime",
    "timedelta": "datetime",
    "timezone": "datetime",
    "ZoneInfo": "zoneinfo",
    "Counter": "collections",
    "defaultdict": "collections",
    "namedtuple": "collections",
    "dataclass": "dataclasses",
    "Decimal": "decimal",
    "time": "datetime",
    "sleep": "time",
    "copy": "copy",
    "deepcopy": "copy",
    "partial": "functools",
    "reduce": "functools",
    "uuid4": "uuid",
    "random": "random",
    "randint": "random",
    "Any": "typing",
    "TYPE_CHECKING": "typing",
}
#: Short names under which other modules are usually imported.
_SHORT = {"pd": "pandas", "np": "numpy", "dt": "datetime"}


def plain(name: str) -> str:
    """Return a name without what only its spelling adds: `sendText`, `send_text` and `SendText` are alike."""
    return name.replace("_", "").lower()


def in_our_spelling(name: str, known: Collection[str]) -> str | None:
    """Return the known name that another spelling means, or None.

    Example:
        >>> in_our_spelling("fnIf", ["fn", "fn_if"]), in_our_spelling("assert", ["assert_"])
        ('fn_if', 'assert_')
    """
    alike = [each for each in known if plain(each) == plain(name)] if len(name) > 1 else []
    return next((each for each in alike if each.islower()), alike[0] if alike else None)


def name_fix(name: str, known: Collection[str], attributes: Collection[str] = (), *, is_called: bool = False) -> str:
    """Return what to write in place of an unknown name.

    Args:
        name: The name.
        known: The names that the job may use.
        attributes: What the job reads from it: `{"dumps"}` of `json.dumps(…)`.
        is_called: The name itself is called.

    Example:
        >>> name_fix("json", [], {"dumps"})
        'Write `import json` at the top.'
        >>> name_fix("sendText", ["send_text"], is_called=True)
        'Write send_text.'
    """
    ours = in_our_spelling(name, known)
    if ours is not None and ours != name:
        return f"Write {ours}."
    if statement := _import_of(name, attributes, is_called=is_called):
        return f"Write `{statement}` at the top."
    if (write := _WRITE.get(plain(name))) is not None:
        return write
    otherwise = "Import it, or define it before it is used."
    python = [each for each in dir(builtins) if not each.startswith("_")]
    near = did_you_mean(name, known, least=0.65 if len(name) <= 4 else 0.75)
    return near or did_you_mean(name, python, otherwise, least=0.8)


def fix_of_name_error(name: str) -> str:
    """Return what to write in place of a name that was not found while a job ran."""
    from adaptor import __all__ as ours

    # What is read from it is not known here: a module is imported, a class comes from one.
    is_module = name in sys.stdlib_module_names and name not in _OF_MODULES
    return f"Write `import {name}` at the top." if is_module else name_fix(name, ours)


def in_python(name: str) -> str | None:
    """Return what Python writes for a name of JavaScript or of OpenFn that nothing here is called, or None.

    Example:
        >>> in_python("alterState"), in_python("patients")
        ('fn(…)', None)
    """
    fix = _WRITE.get(plain(name))
    return None if fix is None else fix.removeprefix("Write ").removesuffix(".")


def is_javascript(name: str) -> bool:
    """Whether a name is one of JavaScript or of OpenFn that nothing here is called.

    Example:
        >>> is_javascript("console"), is_javascript("patients")
        (True, False)
    """
    return plain(name) in _WRITE


def module_fix(name: str) -> str:
    """Return what to do about a module that is not there."""
    if name.startswith(("openfn", "language_")):
        return "Leave the line out: the operations need no import, and OpenFn's adaptors are JavaScript."
    hint = did_you_mean(name, sys.stdlib_module_names, least=0.8)
    return f"{hint} A package is installed beside this one: {sys.executable} -m pip install {name}".strip()


def _import_of(name: str, attributes: Collection[str], *, is_called: bool) -> str | None:
    """Return the statement that imports what a name probably is, or None."""
    if name in _SHORT:
        return f"import {_SHORT[name]} as {name}"
    is_module = bool(attributes) and not is_called
    if is_module and name in sys.stdlib_module_names and _has(name, attributes):
        return f"import {name}"
    if name in _OF_MODULES:
        return f"from {_OF_MODULES[name]} import {name}"
    if is_module and name not in sys.stdlib_module_names and _is_installed(name):
        return f"import {name}"
    return None


def _has(module: str, attributes: Collection[str]) -> bool:
    """Whether a module of Python has all of these: a variable that was not defined may have the name of a module."""
    from importlib import import_module

    if module in ("antigravity", "this"):
        # Importing them does something.
        return False
    try:
        found = import_module(module)
    except ImportError:
        return False
    return all(hasattr(found, name) for name in attributes)


def _is_installed(name: str) -> bool:
    from importlib.util import find_spec

    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False
