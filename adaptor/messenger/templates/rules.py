"""The rules for a utility template. Whatever Meta would refuse is refused before the call.

Source of all of it: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/utility-messages
(checked 2026-11-24).
"""

from __future__ import annotations

import re
from typing import Any

from ...core.values.lazy import Lazy
from ..rules.limits import check_object, check_text, refuse

COMPONENTS = ("HEADER", "BODY", "BUTTONS")
HEADER_FORMATS = ("TEXT", "IMAGE")
BUTTONS = ("POSTBACK", "URL")
POSITIONAL, NAMED = "POSITIONAL", "NAMED"

_PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_EXAMPLE = 'template_body("Hello {{1}}, see you soon.", ["Ana"])'


def places_in(text: str) -> list[str]:
    """Return the places of a text that are filled in when it is sent, each once, in order: `{{1}}`, `{{name}}`."""
    return list(dict.fromkeys(_PLACE.findall(text)))


def parameter_format(components: Any) -> str | None:
    """Return in which way the places of a template are named, or None where it has none."""
    for component in components if isinstance(components, list | tuple) else ():
        text = component.get("text") if isinstance(component, dict) else None
        places = places_in(text) if isinstance(text, str) else []
        if places:
            return POSITIONAL if places[0].isdigit() else NAMED
    return None


def check_template(body: Any) -> None:
    """Refuse a template that Meta would refuse.

    Raises:
        InvalidMessage: With the field and what is wrong with it. Nothing was created.
    """
    for field in ("name", "language"):
        check_text(field, body.get(field))
    components = body.get("components")
    if components is None:
        if body.get("library_template_name") is None:
            raise refuse("components", "are missing", f"Write [{_EXAMPLE}], or give library_template_name=….")
        return
    check_components(components)


def check_components(components: Any) -> None:
    """Refuse the components of a template that Meta would refuse."""
    if isinstance(components, Lazy):
        return
    if not isinstance(components, list | tuple) or not components:
        raise refuse("components", "must be a list with a body in it", f"Write [{_EXAMPLE}].")
    kinds = [_check_component(component) for component in components]
    for kind in COMPONENTS:
        if kinds.count(kind) > 1:
            raise refuse("components", f"has {kinds.count(kind)} of {kind}", "Keep one of them.")
    if "BODY" not in kinds and None not in kinds:
        raise refuse("components", "has no BODY", f"Add one: {_EXAMPLE}.")
    if parameter_format(components) is not None:
        _check_one_way(components)


def _check_component(component: Any) -> str | None:
    content = check_object("components", component, _EXAMPLE)
    kind = content.get("type") if content is not None else None
    if content is None or isinstance(kind, Lazy):
        return None
    if not isinstance(kind, str) or kind.upper() not in COMPONENTS:
        raise refuse("components.type", f"cannot be {kind!r}", f"Use one of {', '.join(COMPONENTS)}.", actual=kind)
    kind = kind.upper()
    given = content.get("format") if kind == "HEADER" else None
    header = "TEXT" if given is None or isinstance(given, Lazy) else str(given).upper()
    if header not in HEADER_FORMATS:
        raise refuse("components.format", f"cannot be {header}", "Use TEXT or IMAGE.", actual=given)
    if kind == "BUTTONS":
        _check_buttons(content.get("buttons"))
    elif header == "IMAGE":
        _check_picture(content.get("example"))
    else:
        _check_text(kind, content)
    return kind


def _check_picture(example: Any) -> None:
    if isinstance(example, Lazy):
        return
    if not isinstance(example, dict) or "header_handle" not in example:
        raise refuse("components.example", "has no header_handle", "Write template_header(image_handle=…).")
    handles = example["header_handle"]
    for handle in handles if isinstance(handles, list | tuple) else [handles]:
        if isinstance(handle, Lazy):
            continue
        check_text("header_handle", handle)
        if re.match(r"https?://", handle):
            raise refuse(
                "header_handle",
                "is an address",
                "Upload the picture with upload_template_image(Path(…)), and give the handle that it gives.",
                actual=handle,
            )


def _check_text(kind: str, content: dict[str, Any]) -> None:
    text = content.get("text")
    if isinstance(text, Lazy):
        return
    field = f"{kind.lower()}.text"
    check_text(field, text)
    places = places_in(str(text))
    # A header may begin with a place, as one of Meta's own examples does.
    if kind == "BODY" and places and (_PLACE.match(str(text).strip()) or str(text).strip().endswith("}}")):
        raise refuse(field, "starts or ends with a parameter", "Put text around it; a full stop is enough at the end.")
    _check_numbers(field, places)
    example = content.get("example")
    if places and not isinstance(example, Lazy):
        _check_examples(field, f"{kind.lower()}_text", places, example)


def _check_numbers(field: str, places: list[str]) -> None:
    if "" in places:
        raise refuse(field, "has a parameter without a name", "Write {{1}}, {{2}} …, or {{name}}.")
    numbers = [int(place) for place in places if place.isdecimal()]
    if numbers and len(numbers) < len(places):
        raise refuse(field, "has numbered and named parameters", "Use one way: {{1}}, {{2}} …, or names.")
    if numbers != list(range(1, len(numbers) + 1)):
        shown = ", ".join(f"{{{{{number}}}}}" for number in numbers)
        raise refuse(field, f"has the parameters {shown}", "Number them in the order of the text: {{1}}, {{2}} …")


def _check_examples(field: str, key: str, places: list[str], example: Any) -> None:
    fix = 'Give one for each: ["Ana", "Monday"], or {"name": "Ana"} where they have names.'
    if not isinstance(example, dict):
        raise refuse(field, "has parameters and no examples", fix)
    named = example.get(f"{key}_named_params")
    if isinstance(named, list) and all(isinstance(item, dict) for item in named):
        missing = [place for place in places if place not in [item.get("param_name") for item in named]]
        if missing:
            raise refuse(field, f"has no example for {{{{{missing[0]}}}}}", fix)
        return
    values = example.get(key)
    if isinstance(values, list) and len(values) == 1 and isinstance(values[0], list):
        values = values[0]
    if isinstance(values, list) and len(values) != len(places):
        raise refuse(field, f"has {len(places)} parameters and {len(values)} examples", fix)
    if values is None and named is None:
        raise refuse(field, "has parameters and no examples", fix)


def _check_buttons(buttons: Any) -> None:
    if isinstance(buttons, Lazy):
        return
    if not isinstance(buttons, list | tuple) or not buttons:
        raise refuse("buttons", "must be a list", 'Write [{"type": "POSTBACK", "text": "Yes", "payload": "YES"}].')
    for button in buttons:
        content = check_object("buttons", button, '{"type": "URL", "text": "Track it", "url": "https://…"}')
        kind = content.get("type") if content is not None else None
        if content is None or isinstance(kind, Lazy):
            continue
        if not isinstance(kind, str) or kind.upper() not in BUTTONS:
            raise refuse("buttons.type", f"cannot be {kind!r}", "Use POSTBACK or URL.", actual=kind)
        check_text("buttons.text", content.get("text"))
        if kind.upper() == "POSTBACK":
            check_text("buttons.payload", content.get("payload"))
            continue
        url = content.get("url")
        check_text("buttons.url", url)
        if isinstance(url, str) and places_in(url) and content.get("example") is None:
            raise refuse("buttons.url", "has a parameter and no example", 'Add "example": {"url_suffix_example": "…"}.')


def _check_one_way(components: Any) -> None:
    places = [
        place
        for component in components
        if isinstance(component, dict) and isinstance(component.get("text"), str)
        for place in places_in(component["text"])
    ]
    if len({place.isdecimal() for place in places}) > 1:
        raise refuse("components", "have numbered and named parameters", "Use one way in header and body.")
