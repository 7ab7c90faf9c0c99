from __future__ import annotations

from typing import Any

import pytest

import adaptor
from adaptor import each, get_user_profile, graph_request, list_personas, post_message, send_text, send_utility, state
from adaptor.graph.operation import GraphOperation
from adaptor.messenger.page.permissions import IN_WORDS, PERMISSIONS, need_of

ANA = "6543210987654321"


def graph_operations() -> set[str]:
    """Every public name that builds a call to Graph: its builder closes over the class of what it makes."""
    found = set()
    for name in adaptor.__all__:
        build = getattr(adaptor, name)
        cells = getattr(build, "__closure__", None) or ()
        kinds = [cell.cell_contents for cell in cells if isinstance(cell.cell_contents, type)]
        if hasattr(build, "__operation__") and any(issubclass(kind, GraphOperation) for kind in kinds):
            found.add(name)
    return found


def test_the_table_has_every_operation_of_graphs_and_no_other() -> None:
    assert len(graph_operations()) > 60
    assert set(PERMISSIONS) == graph_operations()


def test_every_row_says_where_it_is_from_and_every_permission_what_it_is() -> None:
    for need in PERMISSIONS.values():
        assert need.source.startswith("https://developers.facebook.com/")
        assert set(need.permissions) <= set(IN_WORDS)


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
        (send_utility(ANA, "reminder"), ("page_utility_messaging",), ()),
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
    need = need_of(operation)
    assert (need.permissions, need.features, need.is_known) == (permissions, features, True)


def test_of_any_other_call_nobody_knows() -> None:
    assert not need_of(graph_request("GET", "me/feed")).is_known
    assert need_of(graph_request("GET", "me/feed", access="app")).app
    assert need_of(list_personas()).permissions == ("pages_messaging",)
    assert need_of(each([], list_personas())).permissions == ()
