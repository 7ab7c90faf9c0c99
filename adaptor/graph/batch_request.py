"""Graph's batch: up to fifty requests as the parts of one call, each with its own outcome.

Source: https://developers.facebook.com/docs/graph-api/batch-requests (checked 2026-11-24).
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote_plus, urlencode

from .request import GraphRequest, form_fields, query_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

#: The most parts of one batch.
MOST_PARTS = 50


class PartAnswer(NamedTuple):
    """Graph's answer to one part: its status, headers and body."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def batch_request(parts: Sequence[GraphRequest], *, include_headers: bool = True) -> GraphRequest:
    """Return the request that carries these parts.

    Args:
        parts: Finished requests, `MOST_PARTS` at most, all with the same access.
        include_headers: Whether the answers of the parts include their headers, which hold Meta's usage.
    """
    files: dict[str, Path] = {}
    entries = []
    for index, part in enumerate(parts):
        query = urlencode(query_of(part.params)) if part.params else ""
        entry: dict[str, Any] = {"method": part.method, "relative_url": f"{part.path}?{query}" if query else part.path}
        if part.body is not None:
            entry["body"] = _form_text(part.body)
        if part.files:
            names = [f"file{index}_{name}" for name in part.files]
            files.update(zip(names, part.files.values(), strict=True))
            entry["attached_files"] = ",".join(names)
        entries.append(entry)
    return GraphRequest(
        "POST",
        "",
        {},
        {"batch": entries, "include_headers": include_headers},
        files=files or None,
        access=parts[0].access,
        writes=any(part.is_write for part in parts),
    )


# The names are the same in nearly all parts.
_quoted_name = lru_cache(maxsize=256)(quote_plus)


def _form_text(body: dict[str, Any]) -> str:
    return "&".join([f"{_quoted_name(str(name))}={quote_plus(value)}" for name, value in form_fields(body)])


def part_answers(body: Any, count: int) -> list[PartAnswer | None] | None:
    """Return the answers to the parts in order, or None if the body is no answer to a batch.

    A part is None if Graph timed out on it or its answer cannot be read.
    """
    if not isinstance(body, list) or len(body) != count:
        return None
    return [_part_answer(entry) for entry in body]


def _part_answer(entry: Any) -> PartAnswer | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("code"), int):
        return None
    headers = entry.get("headers")
    names = {
        str(header.get("name", "")).lower(): str(header.get("value", ""))
        for header in (headers if isinstance(headers, list) else ())
        if isinstance(header, dict)
    }
    content = entry.get("body")
    text = content if isinstance(content, str) else "" if content is None else json.dumps(content)
    return PartAnswer(entry["code"], names, text.encode("utf-8", "surrogatepass"))
