"""Meta's own stickers: packs, lists and search.

All calls are made with the app's own token: the credential needs `app_id` and `app_secret`.

Source of all of it: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/stickers
"""

from __future__ import annotations

from ...core.values.arguments import defer
from ...graph.draft import Draft
from ...graph.listing import listing
from ..rules.argument_types import Count, OptionalText, Text
from ..rules.ids import object_id
from ..rules.permissions import STICKERS
from ..rules.values import given_text

#: The heading under which `adaptor docs` shows this module.
HEADING = "page and app"


@listing(needs=STICKERS)
def list_sticker_packs(*, locale: OptionalText = None, limit: Count = None) -> Draft:
    """List the packs of stickers.

    Made with the app's own token: the credential needs `app_id` and `app_secret`.

    Args:
        locale: The language of names and descriptions, such as `vi_VN`. Default: `en_US`.
        limit: How many are wanted. Default: all of them.

    Returns:
        An operation. `data` becomes a list of `{"id", "name", "description", "preview_image_url", "sticker_count"}`.

    Raises:
        ConfigurationError: The credential lacks `app_id` or `app_secret`. Nothing was asked.
        GraphError: Meta said no; the class says why.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> list_sticker_packs(locale="ja_JP").describe({}).described()
        {'method': 'GET', 'path': 'sticker_packs', 'params': {'locale': 'ja_JP'}}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/stickers
    """
    return Draft("GET", "sticker_packs", params={"locale": locale, "limit": limit}, access="app")


@listing(needs=STICKERS)
def list_stickers(pack_id: Text, *, locale: OptionalText = None, limit: Count = None) -> Draft:
    """List the stickers of a pack.

    Made with the app's own token: the credential needs `app_id` and `app_secret`.

    Args:
        pack_id: The pack's id, from `list_sticker_packs`.
        locale: The language of names, such as `vi_VN`. Default: `en_US`.
        limit: How many are wanted. Default: all of them.

    Returns:
        An operation. `data` becomes a list of stickers, whose `id` is what a send takes as `sticker_id`.

    Raises:
        ConfigurationError: The credential lacks `app_id` or `app_secret`. Nothing was asked.
        InvalidMessage: The id is empty. Nothing was asked.
        InvalidRequest: There is no such pack.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> list_stickers("840909108572865").describe({}).path
        'sticker_packs/840909108572865/stickers'

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/stickers
    """
    return Draft(
        "GET",
        ["sticker_packs", defer(object_id, "pack_id", pack_id), "stickers"],
        params={"locale": locale, "limit": limit},
        access="app",
    )


@listing(needs=STICKERS)
def search_stickers(q: Text, *, locale: OptionalText = None, limit: Count = None) -> Draft:
    """Search all stickers for a word.

    Made with the app's own token: the credential needs `app_id` and `app_secret`.

    Args:
        q: What is searched for, such as `thanks`.
        locale: The language, such as `vi_VN`. Default: `en_US`.
        limit: How many are wanted. Default: all of them.

    Returns:
        An operation. `data` becomes a list of stickers, whose `id` is what a send takes as `sticker_id`.

    Raises:
        ConfigurationError: The credential lacks `app_id` or `app_secret`. Nothing was asked.
        InvalidMessage: There is nothing to search for. Nothing was asked.
        GraphError: Meta said no; the class says why.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> search_stickers("thanks").describe({}).params
        {'q': 'thanks'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/stickers
    """
    return Draft(
        "GET", "sticker_search", params={"q": defer(given_text, "q", q), "locale": locale, "limit": limit}, access="app"
    )
