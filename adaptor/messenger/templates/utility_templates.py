"""Utility templates: what a Page may write outside the 24 hours, once Meta has approved it.

Source of all of it: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/utility-messages
"""

from __future__ import annotations

from typing import Any, TypeAlias

from ...core.operation import Value
from ...core.values.arguments import defer, known
from ...core.values.lazy import Lazy
from ...core.values.page_id import PAGE_ID
from ...graph.draft import Draft
from ...graph.listing import listing
from ...graph.operation import graph_operation
from ...graph.request import comma_separated, without_none
from ..rules.argument_types import Count, OptionalText, OptionalWords, Text
from ..rules.ids import object_id
from ..rules.limits import refuse
from ..rules.permissions import UTILITY_MESSAGES, UTILITY_TEMPLATES
from .rules import check_components, check_template, parameter_format

#: The heading under which `adaptor docs` shows this module.
HEADING = "utility templates"

Components: TypeAlias = "Value[str | list[dict[str, Any]]]"
MaybeComponents: TypeAlias = "Value[str | list[dict[str, Any]] | None]"
MaybeObjects: TypeAlias = "Value[list[dict[str, Any]] | dict[str, Any] | None]"
OneOrMore: TypeAlias = "Value[str | list[str] | None]"


@graph_operation(needs=UTILITY_TEMPLATES)
def create_message_template(
    name: Text,
    language: Text,
    components: MaybeComponents = None,
    *,
    category: Text = "UTILITY",
    parameter_format: OptionalText = None,
    library_template_name: OptionalText = None,
    library_template_body_inputs: MaybeObjects = None,
    library_template_button_inputs: MaybeObjects = None,
) -> Draft:
    """Create a utility template and submit it to Meta, which answers within seconds.

    Needs the permission `page_utility_messaging`. A template may not advertise anything.

    Args:
        name: The name by which sends refer to it.
        language: Its language code, such as `en`; the same name may be used once for each language.
        components: A list of what `template_header`, `template_body` and `template_buttons` build; a text is a body
            without places.
        category: Meta takes `UTILITY` alone.
        parameter_format: `POSITIONAL` for `{{1}}`, `NAMED` for `{{name}}`. Default: what the texts show.
        library_template_name: In place of components: the template of Meta's library that is taken over.
        library_template_body_inputs: What Meta's template leaves open in the body, as Meta spells it.
        library_template_button_inputs: What it leaves open in the buttons.

    Returns:
        An operation. `data` becomes `{"id", "status", "category"}`; the status is `APPROVED`, `PENDING` or `REJECTED`.

    Raises:
        InvalidMessage: There is no body, it starts or ends with a parameter, numbers are not in order, or an example is
            missing. Nothing was created.
        PermissionMissing: The token lacks `page_utility_messaging`. Nothing was created.
        InvalidRequest: Meta refuses the template, or there is one of this name and language. Nothing was created.
        DeliveryUnknown: The answer was lost. It may have been created: check with `list_message_templates`.

    Example:
        >>> body = template_body("Hello {{1}}, we expect you on {{2}} at the clinic.", ["Ana", "Monday"])
        >>> create_message_template("appointment_reminder", "en", [body]).describe({}).body["parameter_format"]
        'POSITIONAL'

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/utility-messages
    """
    parts = None if components is None else _parts(components)
    return Draft(
        "POST",
        [PAGE_ID, "message_templates"],
        body=without_none(
            {
                "name": name,
                "language": language,
                "category": category,
                "parameter_format": _format(parts) if parameter_format is None else parameter_format,
                "components": parts,
                "library_template_name": library_template_name,
                "library_template_body_inputs": library_template_body_inputs,
                "library_template_button_inputs": library_template_button_inputs,
            }
        ),
        answers={"id": "dry_run", "status": "PENDING", "category": category},
        needs=("id",),
        check=check_template,
        finish=without_none,
    )


@graph_operation(needs=UTILITY_TEMPLATES)
def update_message_template(
    template_id: Text, components: Components, *, parameter_format: OptionalText = None
) -> Draft:
    """Change what a utility template says; Meta reviews it again.

    Needs the permission `page_utility_messaging`.

    Args:
        template_id: The template's id, from `create_message_template`.
        components: All of its components, as for `create_message_template`.
        parameter_format: `POSITIONAL` or `NAMED`. Default: what the texts show.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        InvalidMessage: As for `create_message_template`. Nothing was changed.
        GraphError: Meta said no; the class says why. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been changed; doing it again does no harm.

    Example:
        >>> update_message_template("190020030040052", "We are closed today.").describe({}).path
        '190020030040052'

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/utility-messages
    """
    parts = _parts(components)
    return Draft(
        "POST",
        [defer(object_id, "template_id", template_id)],
        body=without_none(
            {
                "components": parts,
                "parameter_format": _format(parts) if parameter_format is None else parameter_format,
            }
        ),
        answers={"success": True},
        check=_check_update,
        finish=without_none,
        is_idempotent=True,
    )


@graph_operation(needs=UTILITY_TEMPLATES)
def get_message_template(template_id: Text, *, fields: OptionalWords = None) -> Draft:
    """Read one utility template: what it says, and whether Meta has approved it.

    Needs the permission `page_utility_messaging`.

    Args:
        template_id: The template's id, from `create_message_template`.
        fields: The fields to read, such as `name,language,status,components,rejected_reason`. Default: Meta's own
            choice.

    Returns:
        An operation. `data` becomes an object with those fields.

    Raises:
        InvalidMessage: The id is empty. Nothing was asked.
        InvalidRequest: There is no such template, or it is another Page's.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> get_message_template("190020030040052", fields="status").describe({}).params
        {'fields': 'status'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/utility-messages
    """
    return Draft(
        "GET", [defer(object_id, "template_id", template_id)], params={"fields": defer(comma_separated, fields)}
    )


@listing(needs=UTILITY_TEMPLATES)
def list_message_templates(
    *,
    name: OptionalText = None,
    content: OptionalText = None,
    name_or_content: OptionalText = None,
    status: OneOrMore = None,
    language: OneOrMore = None,
    category: OneOrMore = None,
    fields: OptionalWords = None,
    limit: Count = None,
) -> Draft:
    """List the utility templates of the Page.

    Needs the permission `page_utility_messaging`. Works as the source of a loop too:
    `each(list_message_templates(), …)`.

    Args:
        name: Only those with this in the name.
        content: Only those with this in the text.
        name_or_content: Only those with this in either.
        status: Only those with this status, or one of these: `APPROVED`, `PENDING`, `REJECTED`, `PAUSED` …
        language: Only those in this language, or one of these.
        category: Only those of this category.
        fields: The fields to read of each. Default: Meta's own choice.
        limit: How many are wanted. Default: all of them.

    Returns:
        An operation. `data` becomes a list of `{"id", "name", "language", "status", "components", …}`.

    Raises:
        PermissionMissing: The token lacks `page_utility_messaging`.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> list_message_templates(status="APPROVED", language="en").describe({}).params
        {'status': 'APPROVED', 'language': 'en'}

    Source: https://developers.facebook.com/docs/graph-api/reference/page/message_templates
    """
    return Draft(
        "GET",
        [PAGE_ID, "message_templates"],
        params={
            "name": name,
            "content": content,
            "name_or_content": name_or_content,
            "status": status,
            "language": language,
            "category": category,
            "fields": defer(comma_separated, fields),
            "limit": limit,
        },
    )


@graph_operation(needs=UTILITY_TEMPLATES)
def delete_message_template(name: Text, *, template_id: OptionalText = None) -> Draft:
    """Delete a utility template, in all its languages or in one.

    Needs the permission `page_utility_messaging`.

    Args:
        name: The template's name.
        template_id: Only the one with this id, which is in one language. Default: all of that name.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        InvalidMessage: The name is empty. Nothing was deleted.
        InvalidRequest: There is no such template. Nothing was deleted.
        DeliveryUnknown: The answer was lost. It may have been deleted; deleting it again does no harm.

    Example:
        >>> delete_message_template("appointment_reminder").describe({}).params
        {'name': 'appointment_reminder'}

    Source: https://developers.facebook.com/docs/graph-api/reference/page/message_templates
    """
    return Draft(
        "DELETE",
        [PAGE_ID, "message_templates"],
        params={"name": defer(object_id, "name", name), "template_id": template_id},
        answers={"success": True},
        is_idempotent=True,
    )


@listing(needs=UTILITY_MESSAGES)
def search_template_library(
    name_or_content: OptionalText = None, *, language: OptionalText = None, limit: Count = None
) -> Draft:
    """Search the templates that Meta has written and approved already.

    Needs the permission `page_utility_messaging`. One of them becomes the Page's own with
    `create_message_template(…, library_template_name=…)`.

    Args:
        name_or_content: What is searched for, such as `appointment`. Default: everything.
        language: Only those in this language, such as `en`.
        limit: How many are wanted. Default: all of them.

    Returns:
        An operation. `data` becomes a list of templates, each with its `name`, its texts and its category.

    Raises:
        PermissionMissing: The token lacks `page_utility_messaging`.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> search_template_library("appointment", language="en").describe({}).described()["params"]
        {'name_or_content': 'appointment', 'language': 'en'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/utility-messages
    """
    return Draft(
        "GET",
        "message_template_library",
        params={"name_or_content": name_or_content, "language": language, "limit": limit},
    )


def _parts(components: Any) -> Any:
    outline = known(components)
    return defer(_as_components, components) if isinstance(outline, Lazy) else _as_components(outline)


def _as_components(components: Any) -> Any:
    return [{"type": "BODY", "text": components}] if isinstance(components, str) else components


def _format(parts: Any) -> Any:
    return None if parts is None else defer(parameter_format, parts)


def _check_update(body: Any) -> None:
    if body.get("components") is None:
        raise refuse("components", "are missing", "Give all components: those left out are removed.")
    check_components(body["components"])
