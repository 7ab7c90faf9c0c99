"""Utility templates like others, such as those of another Page."""

from __future__ import annotations

from typing import Any

from ...core.values.arguments import defer
from ...core.values.lazy import Lazy
from ...core.values.page_id import PAGE_ID
from ...graph.draft import Draft
from ...graph.operation import graph_operation
from ...graph.request import without_none
from ..rules.argument_types import Object, OptionalText
from ..rules.limits import refuse
from ..rules.permissions import UTILITY_TEMPLATES
from .rules import check_template, parameter_format

#: The heading under which `adaptor docs` shows this module.
HEADING = "utility templates"

#: What a copy takes over of a component; what Meta adds for readers is left out.
_COPIED = ("type", "format", "text", "example", "buttons")


@graph_operation(needs=UTILITY_TEMPLATES)
def copy_message_template(
    template: Object,
    *,
    name: OptionalText = None,
    language: OptionalText = None,
    image_handle: OptionalText = None,
) -> Draft:
    """Create a utility template like another one, such as that of another Page.

    Needs the permission `pages_utility_messaging`. Read the template in a step with the credential of its Page, and
    copy it in a step with the credential of the other Page; in a workflow the `configuration` of a step names its
    credential. Meta reviews the copy.

    Args:
        template: The template as `get_message_template` or `list_message_templates` gives it, with its
            `name,language,category,components,parameter_format`.
        name: Another name. Default: the same.
        language: Another language code. Default: the same.
        image_handle: Where the header is a picture: the handle of the picture, uploaded again with
            `upload_template_image`. Of an existing template Meta gives only an address, which it takes for no other.

    Returns:
        An operation. `data` becomes `{"id", "status", "category"}`, as for `create_message_template`.

    Raises:
        InvalidMessage: It is no template, or its header is a picture and there is no `image_handle`. Nothing was
            created.
        PermissionMissing: The token lacks `pages_utility_messaging`. Nothing was created.
        InvalidRequest: Meta refuses the template, or there is one of this name and language. Nothing was created.
        DeliveryUnknown: The answer was lost. It may have been created: check with `list_message_templates`.

    Example:
        >>> found = {"id": "1", "name": "open", "language": "en", "components": [template_body("We are open.")]}
        >>> copy_message_template(found, name="open_2").describe({}).body["name"]
        'open_2'

    Source: https://developers.facebook.com/docs/graph-api/reference/page/message_templates
    """
    return Draft(
        "POST",
        [PAGE_ID, "message_templates"],
        body=defer(_copied, template, name, language, image_handle),
        answers={"id": "dry_run", "status": "PENDING", "category": "UTILITY"},
        expects=("id",),
        check=_check_copy,
    )


def _copied(template: Any, name: Any, language: Any, image_handle: Any) -> dict[str, Any]:
    """Return the body that creates a template like this one."""
    if not isinstance(template, dict) or not isinstance(template.get("components"), list | tuple):
        raise refuse(
            "template",
            "has no components",
            'Give what get_message_template(…, fields="name,language,category,components,parameter_format") gives.',
        )
    components = [
        {key: part[key] for key in _COPIED if part.get(key) is not None} if isinstance(part, dict) else part
        for part in template["components"]
    ]
    for part in components:
        if isinstance(part, dict) and str(part.get("format")).upper() == "IMAGE":
            if image_handle is None:
                raise refuse(
                    "header",
                    "is a picture, of which Meta gives an address only",
                    "Upload it again with upload_template_image(Path(…)), and give image_handle=state.data.h.",
                )
            part["example"] = {"header_handle": [image_handle]}
    return without_none(  # type: ignore[no-any-return]
        {
            "name": template.get("name") if name is None else name,
            "language": template.get("language") if language is None else language,
            "category": template.get("category") or "UTILITY",
            "parameter_format": template.get("parameter_format") or parameter_format(components),
            "components": components,
        }
    )


def _check_copy(body: Any) -> None:
    if not isinstance(body, Lazy):
        check_template(body)
