"""Warnings about secrets: weak, badly pasted, readable by others, and those that were removed from a final state."""

from __future__ import annotations

import os
import re
from stat import S_ISREG

from ...core.secrets.kept_secrets import MARK_BEGINS, places_of_marks
from ...core.secrets.pasted import OUR_KEYS, around, trimmed_value
from ...core.secrets.redact import REDACTED, Redactor, named_secrets, sounds_secret
from ...core.secrets.secret_forms import PROOF, SHORTEST_SECRET, weakness

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from .credentials import Credentials
    from .workflows.plan import Plan

#: How many places a warning lists.
_MOST_PLACES = 5

#: Parts of a state that a job does not read on from: errors, and facts about the last answer.
_NOT_READ = r"(?!data\b|references\b)([^.\[]+\.)?(errors|response)\b"


def of_credentials(
    credentials: Credentials, plan: Plan | None = None, state: Any = None, *, name: str | None = None
) -> list[str]:
    """Return warnings about the configurations of a run, each once; none shows a value.

    Args:
        credentials: What was given for the run.
        plan: May hold configurations of its own.
        state: The initial state, which may hold one too.
        name: The only one that is meant, where there are several.
    """
    parts = credentials.given(name)
    if plan is not None:
        parts.append((f"`credentials` of {plan.file}", plan.credentials))
        parts += [(f"the step `{step.id}` of {plan.file}", step.configuration or {}) for step in plan.steps.values()]
    if isinstance(state, dict) and isinstance(state.get("configuration"), dict):
        parts.append(("the state", state["configuration"]))
    found = [warning for where, part in parts for warning in _of_configuration(part, where)]
    return list(dict.fromkeys([*of_files(credentials, plan), *found]))


def of_files(credentials: Credentials, plan: Plan | None = None) -> Iterator[str]:
    """Yield warnings about files that hold a configuration and that other users of the machine may read."""
    files = [credentials.path]
    if plan is not None:
        steps = plan.steps.values()
        is_inside = plan.credentials or any(step.configuration and not step.configuration_file for step in steps)
        files += [plan.file if is_inside else None, *(step.configuration_file for step in steps)]
    for file in dict.fromkeys(files):
        yield from of_file(file)


def of_file(file: str | None) -> Iterator[str]:
    """Yield a warning where other users of the machine may use a file that holds a configuration."""
    if file is None:
        return
    try:
        found = os.stat(file)
    except (OSError, ValueError):
        return
    # A pipe or a device, such as a shell's <(…), has no rights that one could tighten.
    if S_ISREG(found.st_mode) and found.st_mode & 0o077:
        from shlex import quote

        yield f"{file} holds a configuration, and other users of this machine may use it: chmod 600 {quote(file)}"


def _of_configuration(configuration: Mapping[str, Any], where: str) -> Iterator[str]:
    secrets: dict[str, str] = {}
    for path, secret in named_secrets(dict(configuration)):
        if not path.endswith(PROOF):
            secrets.setdefault(path, secret)
    settings = {key: configuration[key] for key in OUR_KEYS & set(configuration) if isinstance(configuration[key], str)}
    for path, text in {**secrets, **settings}.items():
        key = re.split(r"[.\[]", path)[-1]
        plain = trimmed_value(key, text)
        if plain != text and (key in OUR_KEYS or sounds_secret(key)):
            yield f"`{_shown(path)}` in {where} {around(text)}, which was left out."
        if path in secrets and plain and not re.search(r":\d+$", path) and (why := weakness(plain)):
            yield from _of_weak(path, plain, f"`{_shown(path)}` in {where} {why}.")


def _shown(path: str) -> str:
    """Return the path of a value as it may be shown: a token that was pasted as a key is covered."""
    from ..problems.covered import covered_name

    return covered_name(path)


def _of_weak(path: str, secret: str, what: str) -> Iterator[str]:
    is_named_so = any(sounds_secret(key) for key in re.split(r"[.\[]", path))
    advice = "Choose one that cannot be guessed."
    if not is_named_so:
        advice = "Everything in a configuration is kept secret: put what is not secret into `data` or into the job."
    if is_named_so or len(secret) >= SHORTEST_SECRET:
        yield f"{what} Wherever a text holds it as a word of its own, logs show {REDACTED} in its place. {advice}"


def of_final_state(state: Any, text: str, path: str, redactor: Redactor) -> list[str]:
    """Return warnings about secrets in a final state that is written to a file.

    Args:
        state: The final state, or those of several steps, free of secrets.
        text: The same as JSON.
        path: What it is written to; `-` is standard output.
        redactor: Of the run.
    """
    warnings = []
    what = "The output" if path == "-" else path
    # Searched in the text first: walking through a large state takes long.
    if MARK_BEGINS in text and (places := _places(state)):
        warnings.append(
            f"{what} holds {REDACTED} at {places}: it replaces a secret. What reads the output next does not get "
            "that back, and cannot send it to anybody."
        )
    words = Redactor(redactor.kept.words)
    without_words = words.value(state)
    if without_words is not state and (places := _places(without_words, state)) is not None:
        warnings.append(f"{what} holds the word of `verify_token` at {places}. It is left there: it opens nothing.")
    return warnings


def _places(state: Any, besides: Any = None) -> str | None:
    known = set(places_of_marks(besides))
    found = [place for place in places_of_marks(state) if place not in known and not re.match(_NOT_READ, place)]
    found = list(dict.fromkeys(found))
    if not found:
        return None
    more = len(found) - _MOST_PLACES
    shown = [f"`{place}`" for place in found[:_MOST_PLACES]]
    return ", ".join(shown) + (f" and {more:,} more places" if more > 0 else "")
