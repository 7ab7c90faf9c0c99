"""Any call to the Graph API that has no operation of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..core.errors import InvalidMessage, WrongCall
from ..core.operation import Value
from ..core.state import a_kind
from ..core.values.arguments import defer
from .draft import Draft
from .needs import Need
from .operation import graph_operation
from .request import path_part

if TYPE_CHECKING:
    from pathlib import Path

    from .request import Access

#: The heading of these names in `adaptor docs`.
HEADING = "graph"

METHODS = ("GET", "POST", "DELETE")
ACCESSES = ("page", "app", "user")


@graph_operation(needs=Need(source="https://developers.facebook.com/docs/graph-api/reference", is_known=False))
def graph_request(
    method: str,
    path: Value[str],
    params: Value[dict[str, Any] | None] = None,
    body: Value[dict[str, Any] | None] = None,
    *,
    files: Value[dict[str, Path] | None] = None,
    access: Access = "page",
) -> Draft:
    """Make any call to the Graph API, for what has no operation of its own.

    Args:
        method: `GET`, `POST` or `DELETE`. A `GET` may be repeated and is made in a dry run too.
        path: Without version: `me/conversations`, `"{psid}/custom_labels"`. `me` is the Page of the token. Meta no
            longer reads several objects by `?ids=`: read them in a loop.
        params: The query. Objects and lists become JSON; None is left out. Put no secret here, since addresses appear
            in logs.
        body: What is sent as JSON, or as the fields of a form with `files`.
        files: Local files by the name of their form field: `{"filedata": Path("map.png")}`.
        access: `page`; `app` for calls that need the app's own token (`app_id` and `app_secret` of the credential); or
            `user` for calls that need the token of a user of the app (`user_access_token`; else the Page's is sent).

    Returns:
        An operation. `data` becomes the body of the answer; of a paged list that is the first page.

    Raises:
        InvalidMessage: The path is no path of Graph, or the body is no JSON. Nothing was sent.
        GraphError: Meta answered with an error; the class says why. Nothing was changed unless the error says so.
        DeliveryUnknown: The answer to a write was lost. It may have been carried out; it is not repeated.

    Example:
        >>> graph_request("GET", "me", {"fields": "id,name"}).describe({}).described()
        {'method': 'GET', 'path': 'me', 'params': {'fields': 'id,name'}}

    Source: https://developers.facebook.com/docs/graph-api/overview
    """
    if method not in METHODS:
        raise WrongCall(
            f"The method {method!r} is none of {', '.join(METHODS)}.", fix='Write graph_request("GET", "me").'
        )
    if access not in ACCESSES:
        raise WrongCall(f"access={access!r} is none of {', '.join(ACCESSES)}.", fix='Leave it out: it is "page" then.')
    return Draft(
        method,
        defer(_path, path),
        params={} if params is None else defer(_object, "params", params),
        body=None if body is None else defer(_object, "body", body),
        files=None if files is None else defer(_object, "files", files),
        access=access,
        answers={"success": True},
    )


def _object(argument: str, value: Any) -> Any:
    if value is not None and not isinstance(value, dict):
        raise InvalidMessage(
            f"`{argument}` is {a_kind(value)} instead of an object.",
            fix=f'Write {argument}={{"name": …}}.',
            details={"field": argument},
        )
    return value or ({} if argument == "params" else None)


def _path(path: Any) -> str:
    text = str(path).strip("/") if isinstance(path, str | int) and not isinstance(path, bool) else ""
    if not text or "://" in text or re.search(r"[?#\s]", text) or re.match(r"v\d+\.\d+(/|$)", text):
        shown = f"`{path}`" if text else "empty"
        raise InvalidMessage(
            f"The path of the call is {shown}, which is no path of Graph.",
            fix='Write it without host, version and query: "me/conversations"; the query goes into params=, '
            "the version is `api_version` in the credential.",
            details={"field": "path"},
        )
    return "/".join(path_part(part) for part in text.split("/"))
