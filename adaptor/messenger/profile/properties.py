"""Reading, setting and deleting the properties of a profile: `/{page-id}/messenger_profile`.

Meta takes ten calls in ten minutes for a Page, so several properties are best set in one call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from ...core.operation import Value
from ...core.values.arguments import defer
from ...core.values.page_id import PAGE_ID
from ...graph.draft import Draft
from ...graph.operation import graph_operation
from ...graph.request import without_none
from ..rules.answers import merged
from ..rules.argument_types import Flag, OptionalObject, OptionalText, OptionalWords, Text, Words
from ..rules.limits import refuse
from ..rules.permissions import MESSENGER_PROFILE
from ..rules.words import joined, words_of
from . import shapes
from .rules import DELETABLE, PROPERTIES, check_profile
from .shapes import shaped

if TYPE_CHECKING:
    from collections.abc import Callable

#: The heading under which `adaptor docs` shows this module.
HEADING = "profile"

#: One for everybody, one for each locale in a dict, or Meta's list with an object for each locale.
Greeting: TypeAlias = "Value[str | dict[str, Any] | list[dict[str, Any]]]"
Lists: TypeAlias = "Value[list[dict[str, Any]] | dict[str, Any]]"


@graph_operation(needs=MESSENGER_PROFILE)
def get_messenger_profile(fields: OptionalWords = None, *, platform: OptionalText = None) -> Draft:
    """Read properties of the Page's Messenger profile.

    Needs the permission `pages_messaging`. Meta takes 10 calls to the profile in 10 minutes.

    Args:
        fields: The properties that are read: `get_started`, `greeting`, `ice_breakers`, `persistent_menu`,
            `whitelisted_domains`, `account_linking_url`, `commands` … Default: all of them.
        platform: `INSTAGRAM` for the profile of the linked account there. Default: Messenger's.

    Returns:
        An operation. `data` becomes one object with the properties that are set, `{}` where none is. Ice breakers come
        in the form in which they were set.

    Raises:
        InvalidMessage: A property looks like a misspelling. Nothing was asked.
        PermissionMissing: The token lacks `pages_messaging`.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> get_messenger_profile("greeting").describe({}).params
        {'fields': 'greeting'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api
    """
    fields = ",".join(PROPERTIES) if fields is None else fields
    return Draft(
        "GET",
        [PAGE_ID, "messenger_profile"],
        params={"fields": defer(joined, "fields", fields, DELETABLE), "platform": platform},
        reads=merged,
    )


@graph_operation(needs=MESSENGER_PROFILE)
def set_messenger_profile(
    properties: OptionalObject = None,
    *,
    get_started: Value[str | dict[str, Any] | None] = None,
    greeting: Value[str | dict[str, Any] | list[dict[str, Any]] | None] = None,
    ice_breakers: Value[list[dict[str, Any]] | dict[str, Any] | None] = None,
    persistent_menu: Value[list[dict[str, Any]] | dict[str, Any] | None] = None,
    commands: Value[list[dict[str, Any]] | dict[str, Any] | None] = None,
    whitelisted_domains: Value[str | list[str] | None] = None,
    account_linking_url: OptionalText = None,
) -> Draft:
    """Set several properties of the Page's Messenger profile in one call; all others stay as they are.

    Needs the permission `pages_messaging`. Meta takes 10 calls to the profile in 10 minutes.

    Args:
        properties: Properties in Meta's spelling, which go out as they are: what `get_messenger_profile` gave, or ones
            that are not named here.
        get_started: As `set_get_started` takes it.
        greeting: As `set_greeting` takes it.
        ice_breakers: As `set_ice_breakers` takes it.
        persistent_menu: As `set_persistent_menu` takes it.
        commands: As `set_commands` takes it.
        whitelisted_domains: As `set_whitelisted_domains` takes it.
        account_linking_url: As `set_account_linking_url` takes it.

    Returns:
        An operation. `data` becomes `{"result": "success"}`.

    Raises:
        InvalidMessage: Something is too long, too much or missing, or there is nothing to set. Nothing was changed.
        GraphError: Meta said no; the class says why. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; setting it again does no harm.

    Example:
        >>> set_messenger_profile(get_started="START", greeting="Hello!").describe({}).body
        {'get_started': {'payload': 'START'}, 'greeting': [{'locale': 'default', 'text': 'Hello!'}]}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api
    """
    named = without_none(
        {
            "get_started": _shaped(shapes.get_started, get_started),
            "greeting": _shaped(shapes.greeting, greeting),
            "ice_breakers": _shaped(shapes.ice_breakers, ice_breakers),
            "persistent_menu": _shaped(shapes.persistent_menu, persistent_menu),
            "commands": _shaped(shapes.commands, commands),
            "whitelisted_domains": _shaped(shapes.whitelisted_domains, whitelisted_domains),
            "account_linking_url": account_linking_url,
        }
    )
    body = named if properties is None else defer(_united, properties, named)
    # An argument that turns out to be None was not given.
    return _setting(body, finish=without_none)


@graph_operation(needs=MESSENGER_PROFILE)
def delete_messenger_profile(fields: Words, *, platform: OptionalText = None) -> Draft:
    """Delete properties of the Page's Messenger profile.

    Needs the permission `pages_messaging`. Meta does not delete the get-started button while there is a menu.

    Args:
        fields: The properties, as for `get_messenger_profile`.
        platform: `INSTAGRAM` for the profile of the linked account there. Default: Messenger's.

    Returns:
        An operation. `data` becomes `{"result": "success"}`.

    Raises:
        InvalidMessage: There is no property, or one looks like a misspelling. Nothing was deleted.
        GraphError: Meta said no; the class says why. Nothing was deleted.
        DeliveryUnknown: The answer was lost. It may have been carried out; deleting it again does no harm.

    Example:
        >>> delete_messenger_profile("persistent_menu").describe({}).body
        {'fields': ['persistent_menu']}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api
    """
    return Draft(
        "DELETE",
        [PAGE_ID, "messenger_profile"],
        body=without_none({"fields": defer(words_of, "fields", fields, DELETABLE), "platform": platform}),
        answers={"result": "success"},
        finish=without_none,
        is_idempotent=True,
    )


@graph_operation(needs=MESSENGER_PROFILE)
def set_get_started(payload: Value[str | dict[str, Any]]) -> Draft:
    """Set the payload of the get-started button; a persistent menu needs this button.

    Needs the permission `pages_messaging`. Where there are ice breakers, people see these instead.

    Args:
        payload: At most 1,000 characters, which come back in the webhook `messaging_postbacks`.

    Returns:
        An operation. `data` becomes `{"result": "success"}`.

    Raises:
        InvalidMessage: The payload is empty or too long. Nothing was changed.
        GraphError: Meta said no; the class says why. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; setting it again does no harm.

    Example:
        >>> set_get_started("GET_STARTED").describe({}).body
        {'get_started': {'payload': 'GET_STARTED'}}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api/get-started-button
    """
    return _setting({"get_started": shaped(shapes.get_started, payload)})


@graph_operation(needs=MESSENGER_PROFILE)
def set_greeting(greeting: Greeting) -> Draft:
    """Set what people read before the first message.

    Needs the permission `pages_messaging`.

    Args:
        greeting: One text for everybody, or a dict with one for each locale, one of them `default`:
            `{"default": "Hello!", "de_DE": "Hallo!"}`. At most 160 characters each. Meta fills in
            `{{user_first_name}}`, `{{user_last_name}}` and `{{user_full_name}}`. Meta's own list passes as it is.

    Returns:
        An operation. `data` becomes `{"result": "success"}`.

    Raises:
        InvalidMessage: A text is empty or too long, or there is none for `default`. Nothing was changed.
        GraphError: Meta said no; the class says why. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; setting it again does no harm.

    Example:
        >>> set_greeting("Hello {{user_first_name}}!").describe({}).body
        {'greeting': [{'locale': 'default', 'text': 'Hello {{user_first_name}}!'}]}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api/greeting
    """
    return _setting({"greeting": shaped(shapes.greeting, greeting)})


@graph_operation(needs=MESSENGER_PROFILE)
def set_ice_breakers(ice_breakers: Lists) -> Draft:
    """Set the questions that people can tap to begin a conversation.

    Needs the permission `pages_messaging`. They are shown instead of the get-started button.

    Args:
        ice_breakers: At most four, from `ice_breaker`; or a dict with such a list for each locale, one of them
            `default`. Meta's own list with an object for each locale passes as it is.

    Returns:
        An operation. `data` becomes `{"result": "success"}`.

    Raises:
        InvalidMessage: There are too many, one is empty, or there are none for `default`. Nothing was changed.
        GraphError: Meta said no; the class says why. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; setting it again does no harm.

    Example:
        >>> set_ice_breakers([ice_breaker("Where are you?", "LOCATION")]).describe({}).body["ice_breakers"][0]["locale"]
        'default'

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api/ice-breakers
    """
    return _setting({"ice_breakers": shaped(shapes.ice_breakers, ice_breakers)})


@graph_operation(needs=MESSENGER_PROFILE)
def set_persistent_menu(menu: Lists, *, composer_input_disabled: Flag = None) -> Draft:
    """Set the menu that is always there; people see a change within a day.

    Needs the permission `pages_messaging`, and a get-started button. Commands take its place where there are some.

    Args:
        menu: At most 20 items, from `menu_item`; or a dict with such a list for each locale, one of them `default`.
            Meta's own list with an object for each locale passes as it is.
        composer_input_disabled: Whether people can only tap, and not write.

    Returns:
        An operation. `data` becomes `{"result": "success"}`.

    Raises:
        InvalidMessage: There are too many items, one is not allowed, or there is no menu for `default`. Nothing was
            changed.
        GraphError: Meta said no; the class says why. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; setting it again does no harm.

    Example:
        >>> menu = set_persistent_menu([menu_item("Opening hours", "HOURS")])
        >>> menu.describe({}).body["persistent_menu"][0]["call_to_actions"]
        [{'type': 'postback', 'title': 'Opening hours', 'payload': 'HOURS'}]

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/persistent-menu
    """
    return _setting({"persistent_menu": shaped(shapes.persistent_menu, menu, composer_input_disabled)})


@graph_operation(needs=MESSENGER_PROFILE)
def set_commands(commands: Lists) -> Draft:
    """Set the commands that people find under `/`; they take the place of the persistent menu.

    Needs the permission `pages_messaging`.

    Args:
        commands: One to 100, each `{"name": "hours", "description": "When we are open"}`: a name of 1 to 32 characters
            without a slash, a description of 1 to 64. Or a dict with such a list for each locale. Meta's own list with
            an object for each locale passes as it is.

    Returns:
        An operation. `data` becomes `{"result": "success"}`.

    Raises:
        InvalidMessage: There are too many, or one is not allowed. Nothing was changed.
        GraphError: Meta said no; the class says why. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; setting it again does no harm.

    Example:
        >>> commands = set_commands([{"name": "hours", "description": "When we are open"}])
        >>> commands.describe({}).body["commands"][0]["locale"]
        'default'

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api/commands
    """
    return _setting({"commands": shaped(shapes.commands, commands)})


@graph_operation(needs=MESSENGER_PROFILE)
def set_whitelisted_domains(domains: Value[str | list[str]]) -> Draft:
    """Set the domains whose pages may use Messenger Extensions and the checkbox plugin; those set before go.

    Needs the permission `pages_messaging`.

    Args:
        domains: One or up to 50, with https: `https://example.org`.

    Returns:
        An operation. `data` becomes `{"result": "success"}`.

    Raises:
        InvalidMessage: There are too many, or one is http. Nothing was changed.
        GraphError: Meta said no; the class says why. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; setting it again does no harm.

    Example:
        >>> set_whitelisted_domains("https://example.org").describe({}).body
        {'whitelisted_domains': ['https://example.org']}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api/domain-whitelisting
    """
    return _setting({"whitelisted_domains": shaped(shapes.whitelisted_domains, domains)})


@graph_operation(needs=MESSENGER_PROFILE)
def set_account_linking_url(url: Text) -> Draft:
    """Set the page on which people log in to link their account.

    Needs the permission `pages_messaging`.

    Args:
        url: The address, with https.

    Returns:
        An operation. `data` becomes `{"result": "success"}`.

    Raises:
        InvalidMessage: The address is not https. Nothing was changed.
        GraphError: Meta said no; the class says why. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; setting it again does no harm.

    Example:
        >>> set_account_linking_url("https://example.org/login").describe({}).body
        {'account_linking_url': 'https://example.org/login'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api/account-linking-url
    """
    return _setting({"account_linking_url": url})


def _setting(body: Any, *, finish: Callable[[Any], Any] | None = None) -> Draft:
    return Draft(
        "POST",
        [PAGE_ID, "messenger_profile"],
        body=body,
        answers={"result": "success"},
        check=check_profile,
        finish=finish,
        is_idempotent=True,
    )


def _shaped(shape: Callable[..., Any], value: Any) -> Any:
    return None if value is None else shaped(shape, value)


def _united(properties: Any, named: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(properties, dict):
        raise refuse("properties", "must be an object", 'Write {"greeting": […]}, or name them: greeting="Hello!".')
    return {**properties, **named}
