"""A menu of one's own for one person: `/{page-id}/custom_user_settings`.

Meta takes ten calls for one person in ten minutes.
"""

from __future__ import annotations

from typing import Any

from ...core.values.arguments import defer
from ...core.values.page_id import PAGE_ID
from ...graph.draft import Draft
from ...graph.operation import graph_operation
from ...graph.request import without_none
from ..rules.answers import first_in
from ..rules.argument_types import Flag, Psid
from ..rules.ids import person_id
from ..rules.permissions import MESSENGER_PROFILE
from . import shapes
from .properties import Lists
from .rules import check_menus
from .shapes import shaped

#: The heading under which `adaptor docs` shows this module.
HEADING = "profile"


@graph_operation(needs=MESSENGER_PROFILE)
def get_user_menu(psid: Psid) -> Draft:
    """Read the menu that one person has, and the one that everybody has.

    Needs the permission `pages_messaging`.

    Args:
        psid: The person's PSID.

    Returns:
        An operation. `data` becomes `{"user_level_persistent_menu", "page_level_persistent_menu"}`, without those that
        are not set.

    Raises:
        InvalidMessage: The PSID is not valid. Nothing was asked.
        GraphError: Meta said no; the class says why.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> get_user_menu("6543210987654321").describe({}).params
        {'psid': '6543210987654321'}

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/persistent-menu
    """
    return Draft("GET", [PAGE_ID, "custom_user_settings"], params={"psid": defer(person_id, psid)}, reads=first_in)


@graph_operation(needs=MESSENGER_PROFILE)
def set_user_menu(psid: Psid, menu: Lists, *, composer_input_disabled: Flag = None) -> Draft:
    """Give one person a menu of their own, in place of the one that everybody has.

    Needs the permission `pages_messaging`.

    Args:
        psid: The person's PSID.
        menu: As for `set_persistent_menu`.
        composer_input_disabled: Whether the person can only tap, and not write.

    Returns:
        An operation. `data` becomes `{"result": "success"}`.

    Raises:
        InvalidMessage: There are too many items, or one is not allowed. Nothing was changed.
        GraphError: Meta said no; the class says why. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; setting it again does no harm.

    Example:
        >>> set_user_menu("6543210987654321", [menu_item("My visits", "VISITS")]).describe({}).body["psid"]
        '6543210987654321'

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/persistent-menu
    """
    return Draft(
        "POST",
        [PAGE_ID, "custom_user_settings"],
        body={
            "psid": defer(person_id, psid),
            "persistent_menu": shaped(shapes.persistent_menu, menu, composer_input_disabled),
        },
        answers={"result": "success"},
        check=_check,
        finish=without_none,
        is_idempotent=True,
    )


@graph_operation(needs=MESSENGER_PROFILE)
def delete_user_menu(psid: Psid) -> Draft:
    """Take one person's own menu away; they see the one that everybody has.

    Needs the permission `pages_messaging`.

    Args:
        psid: The person's PSID.

    Returns:
        An operation. `data` becomes `{"result": "success"}`.

    Raises:
        InvalidMessage: The PSID is not valid. Nothing was deleted.
        GraphError: Meta said no; the class says why. Nothing was deleted.
        DeliveryUnknown: The answer was lost. It may have been carried out; deleting it again does no harm.

    Example:
        >>> delete_user_menu("6543210987654321").describe({}).params
        {'psid': '6543210987654321', 'params': '["persistent_menu"]'}

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/persistent-menu
    """
    return Draft(
        "DELETE",
        [PAGE_ID, "custom_user_settings"],
        params={"psid": defer(person_id, psid), "params": ["persistent_menu"]},
        answers={"result": "success"},
        is_idempotent=True,
    )


def _check(body: Any) -> None:
    check_menus(body.get("persistent_menu"))
