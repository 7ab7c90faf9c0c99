"""Utility messages: approved templates, which may be sent at any time.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/utility-messages
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adaptor.sandbox.meta.errors import GraphError, Refused, invalid
from adaptor.sandbox.state.objects import PLACEHOLDER, UtilityTemplate

if TYPE_CHECKING:
    from adaptor.sandbox.request.request_object import RequestObject
    from adaptor.sandbox.state.page_state import PageState

# Not documented; it only bounds the length of the list.
_MANY: Final = 100


def fill_template(page: PageState, template: RequestObject) -> tuple[str, ...]:
    """Check a `message.template` against the Page's templates, and give the lines that the person reads."""
    name = template.text("name", required=True) or ""
    language = template.object("language").text("code", required=True) or ""
    found = _find(page, name, language)
    given = _read_components(template)
    lines = []
    if found.header is not None:
        lines.append(_fill(found.header, given.pop("header", []), name, "header"))
    lines.append(_fill(found.body, given.pop("body", []), name, "body"))
    buttons = given.pop("buttons", [])
    if len(buttons) > len(found.buttons):
        raise _mismatch(name, "buttons", len(found.buttons), len(buttons))
    for index, parameter in enumerate(buttons):
        kind = str(found.buttons[index].get("type", "POSTBACK")).upper()
        parameter.choice("type", (kind, kind.lower()), required=True)
        if kind == "URL":
            parameter.require("url")
    if given.get("header") and found.header_image is None:
        raise _mismatch(name, "header", 0, len(given["header"]))
    titles = " ".join(f"[{button.get('text', '')}]" for button in found.buttons)
    return (*lines, *([titles] if titles else []))


def _find(page: PageState, name: str, language: str) -> UtilityTemplate:
    found = page.templates.get((name, language))
    # For these errors only the code is documented; the words are ours.
    if found is None:
        languages = sorted(code for known, code in page.templates if known == name)
        there = f" It exists in: {', '.join(languages)}." if languages else ""
        error = GraphError(100, f"(#100) There is no message template '{name}' in the language '{language}'.{there}")
        raise Refused(
            error.explained(
                "Unknown message template", 'In the sandbox, describe it under "templates" in sandbox.json.'
            )
        )
    if found.status != "APPROVED":
        raise invalid(f"The message template '{name}' is not approved: its status is {found.status}.")
    return found


def _read_components(template: RequestObject) -> dict[str, list[RequestObject]]:
    given: dict[str, list[RequestObject]] = {}
    for component in template.objects("components", _MANY, least=0, required=False):
        kind = str(component.require("type")).lower()
        if kind not in {"header", "body", "buttons"}:
            raise invalid(f'Param {component.name("type")} must be one of {{header, body, buttons}} - got "{kind}".')
        if kind in given:
            raise invalid(f"Param {template.name('components')} holds two components of type {kind}")
        given[kind] = component.objects("parameters", _MANY, least=0, required=False)
    return given


def _fill(text: str, parameters: list[RequestObject], name: str, where: str) -> str:
    expected = list(dict.fromkeys(PLACEHOLDER.findall(text)))
    if len(parameters) != len(expected):
        raise _mismatch(name, where, len(expected), len(parameters))
    values: dict[str, str] = {}
    positional = all(key.isdigit() for key in expected)
    for index, parameter in enumerate(parameters):
        parameter.choice("type", ("text",), required=True)
        value = parameter.text("text", required=True) or ""
        key = str(index + 1) if positional else parameter.text("parameter_name", required=True) or ""
        if key not in expected:
            raise invalid(f"The message template '{name}' has no parameter '{key}' in its {where}.")
        values[key] = value
    if len(values) != len(expected):
        raise invalid(f"The message template '{name}' got one parameter of its {where} twice.")
    return PLACEHOLDER.sub(lambda match: values[match.group(1)], text)


def _mismatch(name: str, where: str, expected: int, got: int) -> Refused:
    return invalid(
        f"Number of parameters does not match the message template '{name}': "
        f"its {where} has {expected}, the request has {got}."
    )
