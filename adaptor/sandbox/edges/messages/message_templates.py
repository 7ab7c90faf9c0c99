"""Message templates for utility messages: `/{PAGE_ID}/message_templates`, `/{TEMPLATE_ID}`, the library.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/utility-messages
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.meta.errors import invalid, unknown_object
from adaptor.sandbox.meta.template_library import LIBRARY
from adaptor.sandbox.request.fields import Field, read_fields, select
from adaptor.sandbox.request.paging import page_through
from adaptor.sandbox.request.request_object import RequestObject
from adaptor.sandbox.state.objects import PLACEHOLDER, UtilityTemplate

if TYPE_CHECKING:
    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.state.page_state import PageState
    from adaptor.sandbox.webhooks.webhooks import Webhooks

_NAME: Final = re.compile(r"[a-z0-9_]{1,512}")
_FORMATS: Final = ("POSITIONAL", "NAMED")
_BUTTONS: Final = ("POSTBACK", "URL")
_MANY: Final = 10
_DEFAULT: Final = ("name", "language", "status", "category", "components", "parameter_format", "id")
# Reasons of rejections (page "Utility messages") that the text itself shows.
_INCORRECT: Final = "INCORRECT_PARAMS"
_WORDY: Final = "PARAMS_TO_WORD_RATIO_EXCEED_LIMIT"
# What `specific_rejection_reasons` says of them. Meta's specification calls it an object and no more: shape and words
# are ours.
_SPECIFIC: Final = {
    _INCORRECT: "The parameters are not in order, or the text starts or ends with one.",
    _WORDY: "The text has too many parameters for its length.",
    "TAG_SHOULD_BE_MARKETING": "The text advertises something.",
}


def create(call: GraphCall, page: PageState, webhooks: Webhooks) -> dict[str, Any]:
    """Create a template; its review is immediate, with the outcome set for the sandbox."""
    given = RequestObject(call.parameters, "")
    name = given.text("name", required=True) or ""
    if not _NAME.fullmatch(name):
        raise invalid("Param name must be made of lower-case letters, digits and underscores")
    language = given.text("language", required=True) or ""
    category = str(given.require("category"))
    if category != "UTILITY":
        raise invalid(f'Param category must be one of {{UTILITY}} - got "{category}".')
    if (name, language) in page.templates:
        raise invalid(f"There is a message template '{name}' in the language '{language}' already.")  # words ours
    library = given.text("library_template_name")
    made = _from_library(name, language, library, given) if library else _from_components(name, language, given, page)
    made = _review_at_once(page, webhooks, replace(made, created_at=page.clock.now()))
    return {"id": made.id, "status": made.status, "category": "UTILITY"}


def list_all(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the Page's templates, filtered by name, content, language and status."""
    fields = read_fields(call.parameters.get("fields"))
    wanted = {key: {word.lower() for word in call.words(key)} for key in ("language", "status", "category")}
    words = {key: str(call.parameters.get(key) or "").lower() for key in ("name", "content", "name_or_content")}
    by_id = {template.id: template for template in page.templates.values()}

    def keep(key: str) -> bool:
        template = by_id[key]
        known = {"language": template.language, "status": template.status, "category": "UTILITY"}
        if any(wanted[key] and known[key].lower() not in wanted[key] for key in known):
            return False
        content = f"{template.header or ''}\n{template.body}".lower()
        return (
            words["name"] in template.name
            and words["content"] in content
            and (words["name_or_content"] in template.name or words["name_or_content"] in content)
        )

    return page_through(
        call,
        [key for key in by_id if keep(key)],
        lambda key: _show(by_id[key], fields, page),
        path=f"{page.page_id}/message_templates",
    )


def delete(call: GraphCall, page: PageState, webhooks: Webhooks) -> dict[str, Any]:
    """Delete a template, in one language or in all."""
    name = str(call.parameters.get("name") or "")
    if not name:
        raise invalid("The parameter name is required")
    wanted = call.parameters.get("template_id")
    gone = [
        key
        for key, template in page.templates.items()
        if template.name == name and (wanted is None or template.id == str(wanted))
    ]
    if not gone:
        raise unknown_object(call.method, str(wanted or name))
    for key in gone:
        _notify_status(webhooks, replace(page.templates.pop(key), status="DELETED"))
    page.changed("template", what=name)
    return {"success": True}


def read(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give one template."""
    return _show(_find(call, page), read_fields(call.parameters.get("fields")), page)


def update(call: GraphCall, page: PageState, webhooks: Webhooks) -> dict[str, Any]:
    """Change a template's components; it is reviewed again."""
    old = _find(call, page)
    made = _from_components(old.name, old.language, RequestObject(call.parameters, ""), page)
    _review_at_once(page, webhooks, replace(made, id=old.id, created_at=old.created_at))
    return {"success": True}


def search_library(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the templates of the library whose name or content holds the words."""
    words = str(call.parameters.get("name_or_content") or "").lower()
    languages = {word.lower() for word in call.words("language")}
    names = [
        name
        for name, each in LIBRARY.items()
        if (words in name or words in each["body"].lower())
        and (not languages or any(each["language"].lower().startswith(code) for code in languages))
    ]

    def show(name: str) -> dict[str, Any]:
        each = LIBRARY[name]
        header = {"header": each["header"]} if each["header"] else {}
        shown = {"name": name, "language": each["language"], "category": "UTILITY", **header, "body": each["body"]}
        return {**shown, "buttons": each["buttons"]} if each["buttons"] else shown

    return page_through(call, names, show)


def review(page: PageState, webhooks: Webhooks, template: UtilityTemplate, status: str, reason: str) -> UtilityTemplate:
    """Give a template another status, as Meta's reviewers do."""
    made = replace(template, status=status, rejected_reason=reason)
    page.templates[made.name, made.language] = made
    page.changed("template", what=made.id)
    _notify_status(webhooks, made)
    return made


def _review_at_once(page: PageState, webhooks: Webhooks, template: UtilityTemplate) -> UtilityTemplate:
    reason = _reject(template)
    return review(page, webhooks, template, "REJECTED" if reason else page.approval, reason or "NONE")


def _notify_status(webhooks: Webhooks, template: UtilityTemplate) -> None:
    """Notify the subscribers of a template's status."""
    value = {
        "event": template.status,
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language,
        "reason": template.rejected_reason,
    }
    webhooks.notify_change("message_template_status_update", value)


def _find(call: GraphCall, page: PageState) -> UtilityTemplate:
    return page.templates[page.template_ids[call.segments[0]]]


def _show(template: UtilityTemplate, fields: tuple[Field, ...], page: PageState) -> dict[str, Any]:
    reason = template.rejected_reason
    known = {
        "name": lambda _: template.name,
        "language": lambda _: template.language,
        "status": lambda _: template.status,
        "category": lambda _: "UTILITY",
        "components": lambda _: _components(template, page),
        "parameter_format": lambda _: template.parameter_format,
        "rejected_reason": lambda _: template.rejected_reason,
        "rejection_reasons": lambda _: [reason] if reason != "NONE" else None,
        "specific_rejection_reasons": lambda _: {reason: _SPECIFIC[reason]} if reason in _SPECIFIC else None,
        "library_template_name": lambda _: template.library_name,
        "creation_time": lambda _: int(template.created_at.timestamp()) if template.created_at else None,
        "id": lambda _: template.id,
    }
    return select(fields, known, _DEFAULT, "MessengerBusinessTemplate")


def _components(template: UtilityTemplate, page: PageState) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if template.header is not None:
        found.append({"type": "HEADER", "format": "TEXT", "text": template.header, **_example("HEADER", template)})
    elif template.header_image is not None:
        # The handle becomes an address, with which no other template can be made.
        address = page.file_url(page.handles.get(template.header_image), "header")
        found.append({"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [address]}})
    found.append({"type": "BODY", "text": template.body, **_example("BODY", template)})
    if template.buttons:
        found.append({"type": "BUTTONS", "buttons": [dict(button) for button in template.buttons]})
    return found


def _example(kind: str, template: UtilityTemplate) -> dict[str, Any]:
    """Give the examples of a text with which the template was created.

    Meta asks for an example of each place, so each template that it gives has them. Those of `sandbox.json` and of the
    library were not created with components: theirs are made up.
    """
    if kind in template.examples:
        return {"example": template.examples[kind]}
    if template.created_at is not None and template.library_name is None:
        return {}
    names = list(dict.fromkeys(PLACEHOLDER.findall((template.header if kind == "HEADER" else template.body) or "")))
    if not names:
        return {}
    key = f"{kind.lower()}_text"
    if not all(name.isdigit() for name in names):
        named = [{"param_name": name, "example": f"example of {name}"} for name in names]
        return {"example": {f"{key}_named_params": named}}
    texts = [f"example {name}" for name in sorted(names, key=int)]
    return {"example": {key: [texts] if kind == "BODY" else texts}}


def _picture(example: RequestObject, page: PageState) -> str:
    """Read the handle of a picture: the one that an upload to the app gave, not an address."""
    given = example.require("header_handle")
    handle = str(given[0]) if isinstance(given, list) and len(given) == 1 else str(given)
    file = page.handles.get(handle)
    if file is None and not (page.foreign_ids and re.fullmatch(r"\d+:[^/]*:.+", handle)):
        raise invalid("The handle of the header's picture is invalid: INVALID_HANDLE")  # words ours
    if file is not None and not file.type.startswith("image/"):
        raise invalid(f"Param {example.name('header_handle')} must be the handle of an image")
    return handle


def _from_components(name: str, language: str, given: RequestObject, page: PageState) -> UtilityTemplate:
    form = given.choice("parameter_format", _FORMATS) or "POSITIONAL"
    header = image = None
    body = ""
    examples: dict[str, Any] = {}
    buttons: tuple[dict[str, Any], ...] = ()
    seen: set[str] = set()
    for component in given.objects("components", _MANY):
        kind = str(component.require("type")).upper()
        if kind in seen or kind not in {"HEADER", "BODY", "BUTTONS"}:
            raise invalid(f"Param {component.name('type')} must be one of {{HEADER, BODY, BUTTONS}}, each once")
        seen.add(kind)
        if kind == "BODY":
            body = component.text("text", required=True) or ""
        elif kind == "BUTTONS":
            buttons = tuple(_button(part) for part in component.objects("buttons", 3))
        elif component.choice("format", ("TEXT", "IMAGE"), required=True) == "TEXT":
            header = component.text("text", required=True)
        else:
            image = _picture(component.object("example"), page)
        if kind != "BUTTONS" and component.has("example"):
            examples[kind] = component.object("example").value
    if not body:
        raise invalid("Param components must hold one of type BODY")
    return UtilityTemplate(
        name, language, body, header, buttons, header_image=image, parameter_format=form, examples=examples
    )


def _button(part: RequestObject) -> dict[str, Any]:
    kind = part.choice("type", _BUTTONS, required=True)
    part.text("text", most=20, required=True)
    if kind == "URL":
        part.require("url")
        part.url("url")
    return dict(part.value)


def _from_library(name: str, language: str, library: str, given: RequestObject) -> UtilityTemplate:
    found = LIBRARY.get(library)
    if found is None:
        raise invalid(f"There is no template '{library}' in the library.")
    buttons = [dict(button) for button in found["buttons"]]
    inputs = given.objects("library_template_button_inputs", len(buttons), least=0, required=False)
    for button, part in zip(buttons, inputs, strict=False):
        button.update(part.value)
    return UtilityTemplate(name, language, found["body"], found["header"], tuple(buttons), library_name=library)


def _reject(template: UtilityTemplate) -> str | None:
    """Give the reason for a rejection that the text itself shows, if any."""
    body = template.body.strip()
    names = list(dict.fromkeys(PLACEHOLDER.findall(body)))
    numbers = [int(name) for name in names if name.isdigit()]
    if template.parameter_format == "POSITIONAL":
        if len(numbers) < len(names) or sorted(numbers) != list(range(1, len(numbers) + 1)):
            return _INCORRECT
    elif numbers:
        return _INCORRECT
    found = list(PLACEHOLDER.finditer(body))
    if found and (found[0].start() == 0 or found[-1].end() == len(body)):
        return _INCORRECT
    words = len(PLACEHOLDER.sub(" ", body).split())
    return _WORDY if words < 2 * len(found) else None
