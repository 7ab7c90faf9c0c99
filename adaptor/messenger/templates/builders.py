"""Builders of what a utility template is made of.

They are pure: plain dicts in Meta's spelling come out, and lazy references may go in anywhere.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from ...core.operation import Value
from ...core.values.arguments import defer
from ...core.values.builder import builder
from ..rules.argument_types import OptionalText, Text
from ..rules.limits import refuse
from .rules import check_components

#: The heading under which `adaptor docs` shows this module.
HEADING = "utility templates"

#: Examples for the placeholders, for Meta's review: a list for {{1}}, {{2}} …, a dict for named ones.
Examples: TypeAlias = "Value[list[str] | dict[str, str] | None]"


@builder
def template_body(text: Text, examples: Examples = None) -> dict[str, Any]:
    """Build the body of a utility template.

    Args:
        text: What it says, with a place for all that differs: `{{1}}`, `{{2}}` … in order, or `{{name}}`. It may not
            start or end with one.
        examples: One for each placeholder: a list for numbered places, a dict for named ones.

    Returns:
        A dict for `create_message_template`.

    Raises:
        InvalidMessage: A place has no example, numbers are not in order, or the text starts or ends with one. Nothing
            was made.

    Example:
        >>> template_body("Hello {{1}}, see you soon.", ["Ana"])
        {'type': 'BODY', 'text': 'Hello {{1}}, see you soon.', 'example': {'body_text': [['Ana']]}}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/utility-messages
    """
    body = {"type": "BODY", "text": text}
    if examples is not None:
        body["example"] = defer(_examples, "body_text", examples)
    check_components([body])
    return body


@builder
def template_header(
    text: OptionalText = None, examples: Examples = None, *, image_handle: OptionalText = None
) -> dict[str, Any]:
    """Build the header of a utility template: a line of text, or a picture.

    Args:
        text: What it says, with a place for all that differs, as in `template_body`.
        examples: One for each placeholder: a list for numbered places, a dict for named ones.
        image_handle: In place of a text: the handle of a picture, from `upload_template_image`.

    Returns:
        A dict for `create_message_template`.

    Raises:
        InvalidMessage: There is neither a text nor a picture, or both; a place has no example; or the handle is an
            address. Nothing was created.

    Example:
        >>> template_header("Your appointment")
        {'type': 'HEADER', 'format': 'TEXT', 'text': 'Your appointment'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/utility-messages
    """
    if (text is None) == (image_handle is None):
        what = "has neither a text nor a picture" if text is None else "has both a text and a picture"
        raise refuse("header", what, "Give one of them.")
    if text is None:
        picture = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [image_handle]}}
        check_components([picture, {"type": "BODY", "text": "…"}])
        return picture
    header = {"type": "HEADER", "format": "TEXT", "text": text}
    if examples is not None:
        header["example"] = defer(_examples, "header_text", examples)
    check_components([header, {"type": "BODY", "text": "…"}])
    return header


@builder
def template_buttons(buttons: Value[list[dict[str, Any]]]) -> dict[str, Any]:
    """Build the buttons of a utility template.

    Args:
        buttons: Each `{"type": "POSTBACK", "text", "payload"}` or `{"type": "URL", "text", "url"}`. An address may end
            with a place, and then has an example: `{"url": "https://example.org/{{1}}", "example":
            {"url_suffix_example": "https://example.org/123"}}`.

    Returns:
        A dict for `create_message_template`.

    Raises:
        InvalidMessage: A button is of another kind, or lacks something. Nothing was created.

    Example:
        >>> template_buttons([{"type": "POSTBACK", "text": "I will come", "payload": "YES"}])["type"]
        'BUTTONS'

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/utility-messages
    """
    component = {"type": "BUTTONS", "buttons": buttons}
    check_components([component, {"type": "BODY", "text": "…"}])
    return component


def _examples(key: str, examples: Any) -> dict[str, Any]:
    if isinstance(examples, dict):
        return {f"{key}_named_params": [{"param_name": name, "example": text} for name, text in examples.items()]}
    if not isinstance(examples, list | tuple):
        raise refuse(f"{key} examples", "must be a list or a dict of texts", 'Write ["Ana", "Monday"].')
    # Meta takes a list of examples for the whole body, of which one is enough.
    return {key: [list(examples)] if key == "body_text" else list(examples)}
