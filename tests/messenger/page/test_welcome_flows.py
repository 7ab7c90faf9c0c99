"""Welcome message flows against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from adaptor import (
    InvalidMessage,
    InvalidRequest,
    create_welcome_message_flow,
    delete_welcome_message_flow,
    list_welcome_message_flows,
    quick_reply,
    state,
    update_welcome_message_flow,
)

HELLO = {"text": "Hello!", "quick_replies": [quick_reply("Yes")]}


@pytest.mark.parametrize("messages", ["Hello!", HELLO, [{"message": HELLO}], state.data.hello])
def test_a_flow_is_made_of_a_text_a_message_or_a_list(visit: Any, messages: Any) -> None:
    flow = visit(create_welcome_message_flow("Sign up", messages), {"hello": "Hello!"})["data"]["flow_id"]
    (found,) = visit(list_welcome_message_flows(flow_id=flow))["data"]
    assert (found["name"], found["eligible_platforms"], found["is_used_in_ad"]) == ("Sign up", ["messenger"], False)
    assert "Hello!" in found["welcome_message_flow"]


def test_a_flow_is_changed_and_deleted_unless_an_ad_uses_it(visit: Any, sandbox: Any) -> None:
    flow = visit(create_welcome_message_flow("Sign up", "Hello!", eligible_platforms="messenger,instagram"))["data"]
    visit(update_welcome_message_flow(flow["flow_id"], name="Join", messages="Hi!"))
    assert visit(list_welcome_message_flows())["data"][0]["name"] == "Join"
    sandbox.use_flow_in_ad(flow["flow_id"])
    for operation in (update_welcome_message_flow(flow["flow_id"], name="X"), delete_welcome_message_flow("1")):
        with pytest.raises(InvalidRequest):
            visit(operation)
    other = visit(create_welcome_message_flow("Other", "Hello!"))["data"]["flow_id"]
    assert visit(delete_welcome_message_flow(other))["data"] == {"success": True}
    assert len(visit(list_welcome_message_flows())["data"]) == 1


def test_a_list_that_comes_without_data_around_it_is_read(meta: Any) -> None:
    # So Meta's page on welcome message flows shows it.
    assert meta(list_welcome_message_flows(), [{"id": "1"}]).data == [{"id": "1"}]


@pytest.mark.parametrize(
    ("build", "problem"),
    [
        (lambda: create_welcome_message_flow("", "Hello!"), "`name` is empty"),
        (lambda: create_welcome_message_flow("Sign up", []), "has no message"),
        (lambda: create_welcome_message_flow("Sign up", ["Hello!"]), "is no message"),
        (lambda: create_welcome_message_flow("Sign up", "Hi", eligible_platforms="mesenger"), "misspelling"),
        (lambda: update_welcome_message_flow("1"), "has no change"),
        (lambda: delete_welcome_message_flow(""), "flow_id"),
    ],
)
def test_a_flow_that_meta_would_refuse_is_refused_before(build: Any, problem: str) -> None:
    with pytest.raises(InvalidMessage, match=problem):
        build()
