from __future__ import annotations

from typing import Any

import pytest

from adaptor import (
    DeliveryUnknown,
    InvalidMessage,
    create_persona,
    delete_persona,
    each,
    fn,
    get_persona,
    list_personas,
    state,
)

ADA = {"id": "77", "name": "Ada", "profile_picture_url": "https://example.org/ada.png"}


def test_a_persona_is_made(meta: Any) -> None:
    sent = meta(create_persona(state.data.name, ADA["profile_picture_url"]), {"id": "77"}, data={"name": "Ada"})
    assert (sent.method, sent.path) == ("POST", "me/personas")
    assert sent.body == {"name": "Ada", "profile_picture_url": ADA["profile_picture_url"]}
    assert sent.data == {"id": "77"}


def test_an_answer_without_an_id_is_not_trusted(meta: Any) -> None:
    with pytest.raises(DeliveryUnknown):
        meta(create_persona("Ada", "https://example.org/ada.png"), {"success": True})


@pytest.mark.parametrize(
    "arguments", [("", "https://example.org"), ("Ada", "ada.png"), ("Ada", ""), (7, "https://a.b")]
)
def test_a_persona_without_name_or_picture_is_refused(arguments: Any) -> None:
    with pytest.raises(InvalidMessage):
        create_persona(*arguments)


def test_a_persona_is_read_and_deleted_by_id(meta: Any) -> None:
    got = meta(get_persona("77"), ADA)
    assert (got.method, got.path, got.query, got.data) == ("GET", "77", {}, ADA)
    gone = meta(delete_persona(77))
    assert (gone.method, gone.path, gone.data) == ("DELETE", "77", {"success": True})


@pytest.mark.parametrize("persona_id", ["", " ", None, True, ["77"]])
@pytest.mark.parametrize("build", [get_persona, delete_persona])
def test_an_id_that_is_none_is_refused_when_it_is_built(build: Any, persona_id: Any) -> None:
    with pytest.raises(InvalidMessage, match="persona_id"):
        build(persona_id)


def test_personas_are_listed_and_gone_through(meta: Any) -> None:
    got = meta(list_personas(fields=["id", "name"], limit=2), {"data": [ADA, ADA]})
    assert (got.path, got.query) == ("me/personas", {"fields": "id,name", "limit": "2"})
    assert got.data == [ADA, ADA]
    names: list[str] = []
    meta(each(list_personas(), fn(lambda s: names.append(s["data"]["name"]) or s)), {"data": [ADA]})
    assert names == ["Ada"]
