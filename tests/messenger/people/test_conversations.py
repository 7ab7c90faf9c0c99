from __future__ import annotations

from typing import Any

import pytest

from adaptor import InvalidMessage, get_conversation, get_message, list_conversations, list_messages, state

ANA = "6543210987654321"


@pytest.mark.parametrize(
    ("operation", "path", "query"),
    [
        (list_conversations(), "me/conversations", {"platform": "messenger"}),
        (
            list_conversations(
                psid={"id": ANA}, folder="inbox", tags=["a", "b"], platform="instagram", fields="id", limit=3
            ),
            "me/conversations",
            {
                "user_id": ANA,
                "folder": "inbox",
                "tags": '["a","b"]',
                "platform": "instagram",
                "fields": "id",
                "limit": "3",
            },
        ),
        (
            list_messages("t_1"),
            "t_1/messages",
            {"fields": "id,created_time,from,to,message,attachments,reply_to", "limit": "20"},
        ),
        (list_messages("t_1", fields=None, limit=None), "t_1/messages", {}),
    ],
)
def test_lists_are_asked_for(meta: Any, operation: Any, path: str, query: dict[str, str]) -> None:
    got = meta(operation, {"data": [{"id": "x"}]})
    assert (got.method, got.path, got.query, got.data) == ("GET", path, query, [{"id": "x"}])


def test_conversations_come_page_by_page(httpserver: Any, state_for: Any) -> None:
    after = "https://graph.facebook.com/v26.0/1/conversations?access_token=x&after=A"
    first = {"data": [{"id": "t_1"}], "paging": {"cursors": {"after": "A"}, "next": after}}
    httpserver.expect_ordered_request("/v26.0/me/conversations").respond_with_json(first)
    httpserver.expect_ordered_request("/v26.0/me/conversations").respond_with_json({"data": [{"id": "t_2"}]})
    got = list_conversations()(state_for(httpserver.url_for("")))
    assert got["data"] == [{"id": "t_1"}, {"id": "t_2"}]
    assert httpserver.log[1][0].args.to_dict() == {"platform": "messenger", "after": "A"}


def test_nobody_in_particular_is_everybody(meta: Any) -> None:
    got = meta(list_conversations(psid=state.data.psid), {"data": []}, data={"psid": None})
    assert got.query == {"platform": "messenger"}


def test_one_conversation_and_one_message_are_read_by_id(meta: Any) -> None:
    got = meta(get_conversation("t_1", fields=["id", "messages{id,message}"]), {"id": "t_1"})
    assert (got.path, got.query, got.data) == ("t_1", {"fields": "id,messages{id,message}"}, {"id": "t_1"})
    got = meta(get_message("m_-a_b=", fields=("id", "message")), {"id": "m"})
    assert (got.path, got.query) == ("m_-a_b=", {"fields": "id,message"})
    assert meta(get_message("m_1", fields=None)).query == {}


@pytest.mark.parametrize(
    "build",
    [
        lambda: get_conversation(""),
        lambda: get_message(None),
        lambda: list_messages(" "),
        lambda: list_conversations(psid="6E+15"),
    ],
)
def test_an_id_that_is_none_is_refused_when_it_is_built(build: Any) -> None:
    with pytest.raises(InvalidMessage):
        build()
