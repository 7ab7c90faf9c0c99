from __future__ import annotations

from typing import Any

import pytest

from adaptor import InvalidMessage, delete_user_menu, get_user_menu, menu_item, set_user_menu, state

ANA = "6543210987654321"
HOURS = {"type": "postback", "title": "Hours", "payload": "Hours"}


def test_a_menu_is_read_for_one_person(meta: Any) -> None:
    answer = {"data": [{"user_level_persistent_menu": [1], "page_level_persistent_menu": [2]}]}
    got = meta(get_user_menu(ANA), answer)
    assert (got.method, got.path, got.query) == ("GET", "me/custom_user_settings", {"psid": ANA})
    assert got.data == {"user_level_persistent_menu": [1], "page_level_persistent_menu": [2]}
    assert meta(get_user_menu(ANA), {"data": []}).data == {}


def test_a_menu_is_given_to_one_person(meta: Any) -> None:
    sent = meta(set_user_menu(state.data.sender, [menu_item("Hours")]), data={"sender": {"id": ANA}})
    assert (sent.method, sent.path) == ("POST", "me/custom_user_settings")
    assert sent.body == {"psid": ANA, "persistent_menu": [{"locale": "default", "call_to_actions": [HOURS]}]}


def test_a_menu_is_taken_from_one_person(meta: Any) -> None:
    sent = meta(delete_user_menu(int(ANA)))
    assert (sent.method, sent.path) == ("DELETE", "me/custom_user_settings")
    assert sent.query == {"psid": ANA, "params": '["persistent_menu"]'}


@pytest.mark.parametrize("psid", ["", None, "6.5E+15", {"user_ref": "a"}, {"id": ""}])
def test_somebody_without_a_psid_is_refused(psid: Any) -> None:
    for build in (get_user_menu, delete_user_menu, lambda whom: set_user_menu(whom, [HOURS])):
        with pytest.raises(InvalidMessage):
            build(psid)


def test_a_menu_that_meta_would_refuse_is_refused() -> None:
    with pytest.raises(InvalidMessage, match="persistent_menu"):
        set_user_menu(ANA, {"de_DE": [HOURS]})
