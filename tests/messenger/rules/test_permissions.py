from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

import adaptor
from adaptor import (
    AdaptorError,
    get_user_profile,
    graph_request,
    list_personas,
    list_sticker_packs,
    post_message,
    send_text,
    send_utility,
    state,
)
from adaptor.graph.needs import Need
from adaptor.graph.operation import GraphOperation
from adaptor.messenger.rules import permissions
from adaptor.messenger.rules.permissions import IN_WORDS

ANA = "6543210987654321"


def test_every_row_says_where_it_is_from_and_every_permission_what_it_is() -> None:
    rows = [value for value in vars(permissions).values() if isinstance(value, Need)]
    assert len(rows) > 15
    for need in rows:
        assert need.source.startswith("https://developers.facebook.com/")
        assert set(need.permissions) <= set(IN_WORDS)


def test_the_docstring_names_the_permissions_that_the_decorator_does() -> None:
    told = 0
    for name in adaptor.__all__:
        build = getattr(adaptor, name)
        operation = built(build) if hasattr(build, "__operation__") else None
        if not isinstance(operation, GraphOperation):
            continue
        said = re.search(r"Needs the permissions? ((?:`\w+`(?:, | and )?)+)", " ".join(build.__doc__.split()))
        if said is not None:
            told += 1
            assert tuple(re.findall(r"`(\w+)`", said[1])) == operation.needs().permissions, name
    assert told > 40


def built(build: Any) -> Any:
    """An operation with lazy arguments, whatever it takes."""
    parameters = inspect.signature(build).parameters.values()
    needed = [parameter for parameter in parameters if parameter.default is parameter.empty]
    try:
        return build(
            **{parameter.name: state.data.x for parameter in needed if parameter.kind is not parameter.VAR_POSITIONAL}
        )
    except AdaptorError:
        # It does not take a lazy reference there, so it is no call to Graph.
        return None


@pytest.mark.parametrize(
    ("operation", "permissions", "features"),
    [
        (send_text(ANA, "hi"), ("pages_messaging",), ()),
        (send_text(ANA, "hi", messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT"), ("pages_messaging",), ("Human Agent",)),
        (
            post_message(
                {
                    "recipient": {"id": ANA},
                    "message": {"text": "hi"},
                    "messaging_type": "MESSAGE_TAG",
                    "tag": "HUMAN_AGENT",
                }
            ),
            ("pages_messaging",),
            ("Human Agent",),
        ),
        (post_message(state.data), ("pages_messaging",), ()),
        (send_utility(ANA, "reminder"), ("pages_utility_messaging",), ()),
        (
            get_user_profile(ANA, fields="first_name,locale,gender"),
            ("pages_messaging", "pages_user_locale", "pages_user_gender"),
            ("Business Asset User Profile Access",),
        ),
        (
            get_user_profile(ANA, fields=["timezone"]),
            ("pages_messaging", "pages_user_timezone"),
            ("Business Asset User Profile Access",),
        ),
    ],
)
def test_arguments_add_to_what_an_operation_needs(operation: Any, permissions: Any, features: Any) -> None:
    need = operation.needs()
    assert (need.permissions, need.features, need.is_known) == (permissions, features, True)


def test_of_any_other_call_nobody_knows() -> None:
    assert not graph_request("GET", "me/feed").needs().is_known
    assert graph_request("GET", "me/feed", access="app").needs().app
    assert list_sticker_packs().needs().app
    assert list_personas().needs().permissions == ("pages_messaging",)
