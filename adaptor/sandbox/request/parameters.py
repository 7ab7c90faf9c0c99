r"""The parameters of a request, in any encoding that Graph accepts.

JSON bodies, forms and queries whose objects are JSON strings, multipart forms with files. Meta's documentation also
shows objects with single quotes or without quotes (`recipient={id:PSID}`); those are read too.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from adaptor.sandbox.meta.errors import invalid
from adaptor.sandbox.request.multipart import read_multipart

if TYPE_CHECKING:
    from adaptor.sandbox.request.multipart import Stream
    from adaptor.sandbox.state.records import File
    from adaptor.sandbox.state.uploads import Uploads

# Far more than fifty messages need. Files do not count.
_BODY: Final = 4 * 1024 * 1024
_FIELDS: Final = 1000
_LEVELS: Final = 100
#: Parameters that no record may hold.
SECRETS: Final = frozenset(
    {"access_token", "appsecret_proof", "input_token", "verify_token", "client_secret", "fb_exchange_token"}
)
# The parameters that are objects or lists; all others stay text.
_OBJECTS: Final = frozenset(
    {
        *("recipient", "message", "payload", "reply_to", "thread_control"),
        *("get_started", "greeting", "ice_breakers", "persistent_menu", "commands", "whitelisted_domains"),
        *("description", "home_url", "title", "fields", "params", "user_ids", "actions", "subscribed_fields"),
        *("components", "library_template_body_inputs", "library_template_button_inputs", "batch", "breakdown"),
        *("status", "language", "category", "metric", "other_language_support"),
        *("welcome_message_flow", "eligible_platforms", "opt_in_source", "custom_audience_ids", "subscriber_tag_ids"),
    }
)
# A quote without an end takes the rest of the text: otherwise each quote in it is searched for its end again, and 80 KB
# take half a minute.
_TOKEN: Final = re.compile(
    r"""\s+|[{}\[\]:,]|"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|["'].*|[^\s{}\[\]:,"']+""",
    re.DOTALL,
)
_JSON_WORD: Final = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?|true|false|null")


def read_parameters(
    query: str, content_type: str, body: Stream, uploads: Uploads
) -> tuple[dict[str, Any], dict[str, File]]:
    """Gather the parameters of a request and the files that came with it.

    Args:
        query: The part after `?`, still encoded.
        content_type: The header as it came.
        body: The body.
        uploads: Stores the bytes of small files.

    Returns:
        Parameters by name, and files by the name of their field.
    """
    parameters: dict[str, Any] = dict(read_form(query))
    kind = content_type.partition(";")[0].strip().lower()
    files: dict[str, File] = {}
    if kind == "multipart/form-data":
        fields, files = read_multipart(body, content_type, uploads)
        parameters.update(fields)
    else:
        data = read_all(body)
        if kind == "application/json" or data.lstrip()[:1] == b"{":
            parameters.update(_read_json(data))
        elif data:
            parameters.update(read_form(data.decode("utf-8", "replace")))
    return read_objects(parameters), files


def read_form(text: str) -> list[tuple[str, str]]:
    """Read a form or a query: names and values."""
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        raise invalid(f"The request has more than {_FIELDS} parameters.") from None


def read_objects(parameters: dict[str, Any]) -> dict[str, Any]:
    """Parse the parameters that are objects or lists and were sent as text."""
    for name in _OBJECTS & parameters.keys():
        parameters[name] = read_object(parameters[name])
    return parameters


def read_object(value: Any) -> Any:
    """Parse an object that was sent as text; return anything else unchanged."""
    if not isinstance(value, str) or value.strip()[:1] not in {"{", "["}:
        return value
    for text in (value, _strict(value)):
        try:
            return load_json(text)
        except ValueError:
            continue
    return value


def load_json(text: str | bytes) -> Any:
    """Read JSON that can be written again: without NaN, infinite numbers, and more levels than any request needs.

    Raises:
        ValueError: It is no such JSON.
    """
    try:
        value = json.loads(text, parse_constant=_refuse_number, parse_float=_finite)
    except RecursionError:
        raise ValueError("it has too many levels") from None
    waiting, level = [value] if isinstance(value, (dict, list)) else [], 0
    while waiting:
        level += 1
        if level > _LEVELS:
            raise ValueError("it has too many levels")
        inside = [each.values() if isinstance(each, dict) else each for each in waiting]
        waiting = [item for items in inside for item in items if isinstance(item, (dict, list))]
    return value


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _refuse_number(text)
    return number


def _refuse_number(text: str) -> None:
    raise ValueError(f"the number {text[:20]} is not finite")


def _strict(text: str) -> str:
    words = []
    for word in _TOKEN.findall(text):
        if word[0] == "'":
            words.append(json.dumps(word[1:-1].replace("\\'", "'")))
        elif word[0] in '"{}[]:,' or word.isspace() or _JSON_WORD.fullmatch(word):
            words.append(word)
        else:
            words.append(json.dumps(word))
    return "".join(words)


def _read_json(data: bytes) -> dict[str, Any]:
    if not data.strip():
        return {}
    try:
        value = load_json(data)
    except ValueError as error:
        raise invalid(f"The body of the request is not valid JSON: {error}") from None
    if not isinstance(value, dict):
        raise invalid("The body of the request must be a JSON object.")
    return value


def read_all(body: Stream, most: int = _BODY) -> bytes:
    """Read a whole body, and refuse a larger one."""
    parts = []
    size = 0
    while block := body.read(65536):
        size += len(block)
        if size > most:
            raise invalid(f"The body of the request is larger than {most} bytes.")
        parts.append(block)
    return b"".join(parts)
