from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from adaptor import (
    InvalidMessage,
    block_user,
    get_account_link,
    get_user_profile,
    moderate_conversations,
    state,
    unblock_user,
    unlink_account,
)
from adaptor.core.run.context import Run

ANA = "6543210987654321"
TOKEN = "ARQe-linking-token-of-the-tests"


def test_a_profile_is_read_with_the_fields_that_are_free(meta: Any) -> None:
    got = meta(get_user_profile(state.data.sender), {"id": ANA, "first_name": "Ana"}, data={"sender": {"id": ANA}})
    assert (got.method, got.path) == ("GET", ANA)
    assert got.query == {"fields": "id,name,first_name,last_name,profile_pic"}
    assert got.data == {"id": ANA, "first_name": "Ana"}


def test_the_fields_of_a_profile_can_be_chosen(meta: Any) -> None:
    assert meta(get_user_profile(ANA, fields=["first_name", "locale"])).query == {"fields": "first_name,locale"}
    assert meta(get_user_profile(ANA, fields=None)).query == {}


def test_a_profile_that_may_not_be_read_is_an_empty_object(meta: Any) -> None:
    assert meta(get_user_profile(ANA), {}).data == {}


@pytest.mark.parametrize("psid", ["", None, True, "6.54E+15", "1 2", {"phone_number": "+1"}, ".."])
def test_somebody_without_a_psid_is_refused(meta: Any, psid: Any) -> None:
    with pytest.raises(InvalidMessage):
        meta(get_user_profile(psid))


def test_who_is_linking_is_asked_without_the_token_in_an_address(httpserver: Any, state_for: Any) -> None:
    inner = {"code": 200, "body": json.dumps({"id": "1", "recipient": ANA})}
    httpserver.expect_request("/v26.0/", method="POST").respond_with_json([inner])
    seen: list[str] = []
    with Run(sink=lambda *line: seen.append(str(line))) as run:
        after = get_account_link(state.data.token)(state_for(httpserver.url_for(""), data={"token": TOKEN}))
        assert run.redactor.text(f"? {TOKEN} ?") == "? [redacted] ?"
    assert after["data"] == {"id": "1", "recipient": ANA}
    ((request, _),) = httpserver.log
    assert TOKEN not in request.url
    (part,) = json.loads(request.data)["batch"]
    asked = urlsplit(part["relative_url"])
    assert (part["method"], asked.path) == ("GET", "me")
    assert parse_qs(asked.query) == {"fields": ["recipient"], "account_linking_token": [TOKEN]}
    assert TOKEN not in "".join(seen)
    assert TOKEN not in json.dumps(after["response"])


@pytest.mark.parametrize("token", ["", None, 7])
def test_there_is_no_linking_without_a_token(meta: Any, token: Any) -> None:
    with pytest.raises(InvalidMessage, match="account_linking_token"):
        meta(get_account_link(state.data.token), data={"token": token})


def test_an_account_is_unlinked(meta: Any) -> None:
    sent = meta(unlink_account(ANA), {"result": "unlink account success"})
    assert (sent.method, sent.path, sent.body) == ("POST", "me/unlink_accounts", {"psid": ANA})


@pytest.mark.parametrize(
    ("operation", "people", "actions"),
    [
        (block_user(ANA), [ANA], ["BLOCK_USER"]),
        (unblock_user({"id": ANA}), [ANA], ["UNBLOCK_USER"]),
        (moderate_conversations([ANA, 7], "MOVE_TO_SPAM"), [ANA, "7"], ["MOVE_TO_SPAM"]),
        (moderate_conversations([ANA], ["BLOCK_USER", "MOVE_TO_SPAM"]), [ANA], ["BLOCK_USER", "MOVE_TO_SPAM"]),
        (moderate_conversations([ANA], ["SOMETHING_NEW_ALTOGETHER"]), [ANA], ["SOMETHING_NEW_ALTOGETHER"]),
    ],
)
def test_people_are_moderated(meta: Any, operation: Any, people: list[str], actions: list[str]) -> None:
    sent = meta(operation)
    assert (sent.method, sent.path) == ("POST", "me/moderate_conversations")
    assert sent.body == {"user_ids": [{"id": psid} for psid in people], "actions": actions}


@pytest.mark.parametrize(
    ("people", "actions"), [([], "BLOCK_USER"), (ANA, "BLOCK_USER"), ([""], "BLOCK_USER"), ([ANA], "BLOK_USER")]
)
def test_nobody_is_moderated_by_a_slip(people: Any, actions: Any) -> None:
    with pytest.raises(InvalidMessage):
        moderate_conversations(people, actions)
