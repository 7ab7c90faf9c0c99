"""Warnings about secrets: weak ones, badly pasted ones, and those that were removed from a final state."""

from __future__ import annotations

import re

from ...core.secrets.kept_secrets import MARK_BEGINS, places_of_marks
from ...core.secrets.pasted import OUR_KEYS, around, trimmed_value
from ...core.secrets.redact import REDACTED, Redactor, named_secrets
from ...core.secrets.secret_forms import PROOF, weakness

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from .credentials import Credentials
    from .plan import Plan

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
    return list(dict.fromkeys(warning for where, part in parts for warning in _of_configuration(part, where)))


def _of_configuration(configuration: Mapping[str, Any], where: str) -> Iterator[str]:
    secrets: dict[str, str] = {}
    for path, secret in named_secrets(dict(configuration)):
        if not path.endswith(PROOF):
            secrets.setdefault(path, secret)
    settings = {key: configuration[key] for key in OUR_KEYS & set(configuration) if isinstance(configuration[key], str)}
    for path, text in {**secrets, **settings}.items():
        plain = trimmed_value(re.split(r"[.\[]", path)[-1], text)
        if plain != text:
            yield f"`{path}` in {where} {around(text)}, which was left out."
        if path in secrets and plain and (why := weakness(plain)):
            yield (
                f"`{path}` in {where} {why}. Wherever a text holds it as a word of its own, logs show {REDACTED} in "
                "its place. Choose one that cannot be guessed."
            )


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
