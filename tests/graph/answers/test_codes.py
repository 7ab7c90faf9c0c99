"""What a code of Graph's means, and what a call that it ended has sent."""

from __future__ import annotations

from typing import Any

import pytest

from adaptor.graph.answers.codes import NO_TOKEN, graph_error, is_listed, place_of, rule_for
from adaptor.graph.answers.errors import GraphError, InvalidRequest, RateLimited, TemporaryFailure, TokenInvalid


def error_of(status: int = 400, *, write: bool = True, **body: Any) -> GraphError:
    retry_after = body.pop("retry_after", None)
    token_sent = body.pop("token_sent", True)
    return graph_error(
        {"message": "Words.", **body}, status, write=write, retry_after=retry_after, token_sent=token_sent
    )


@pytest.mark.parametrize(
    ("code", "subcode", "place"),
    [
        (551, 1545041, (551, 1545041)),
        (551, None, (551, None)),
        (551, 5, (551, None)),
        (100, 33, (100, 33)),
        (190, 5, (190, None)),
        (190, 2018300, (190, None)),
        (2071050, None, (2018154, None)),
        (2071099, None, (2018154, None)),
        (200, None, (200, None)),
        (299, 7, (200, None)),
        (100, 2018300, (2018300, None)),
    ],
)
def test_a_code_is_found_by_its_subcode_or_by_itself(code: int, subcode: Any, place: Any) -> None:
    assert place_of(code, subcode) == place
    assert is_listed(code, subcode)


@pytest.mark.parametrize("code", [300, 199, 2070999, 2071100, 0, 99])
def test_a_code_that_no_table_lists_has_no_place(code: int) -> None:
    assert not is_listed(code)
    with pytest.raises(KeyError) as raised:
        place_of(code)
    assert raised.value.args == (code,)


def test_a_kind_decides_only_where_no_subcode_does() -> None:
    assert rule_for(100, None, "GraphMethodException") is not rule_for(100)
    assert rule_for(100, 33, "GraphMethodException") is rule_for(100, 33)
    assert rule_for(2500, None, NO_TOKEN).kind is TokenInvalid


def test_all_that_meta_says_is_in_the_error() -> None:
    error = error_of(
        403,
        code=551,
        error_subcode=1545041,
        type="OAuthException",
        error_user_title="Title",
        error_user_msg="For people.",
        fbtrace_id="A1",
    )
    assert (error.code, error.subcode, error.type, error.message) == (551, 1545041, "OAuthException", "Words.")
    assert (error.user_title, error.user_message, error.fbtrace_id) == ("Title", "For people.", "A1")
    assert (error.http_status, error.description, error.about, error.sent) == (403, "Words.", "person", "no")


def test_nobody_is_told_to_look_for_a_message_after_a_call_that_only_reads() -> None:
    for code in (1, 2, 1200):
        read = graph_error({"code": code, "message": "later"}, 500, write=False)
        assert "Reading again is safe" in read.fix
        assert "blindly" not in read.fix
        assert "blindly" in graph_error({"code": code, "message": "later"}, 500, write=True).fix


def test_an_error_without_words_says_so() -> None:
    assert error_of(code=100, message=None).message == "an error without a message"


@pytest.mark.parametrize(
    ("body", "status", "write", "sent", "about"),
    [
        ({"code": 99999}, 400, True, "no", "row"),
        ({"code": 99999}, 499, True, "no", "row"),
        ({"code": 99999}, 500, True, "unknown", "row"),
        ({"code": 99999}, 200, True, "unknown", "row"),
        ({"code": 99999, "is_transient": True}, 400, True, "unknown", "row"),
        ({"code": 99999, "is_transient": False}, 400, True, "no", "row"),
        ({"code": 0}, 400, True, "unknown", "row"),
        ({"code": 1}, 400, True, "unknown", "row"),
        ({"code": 1}, 400, False, "no", None),
        ({"code": 551}, 499, True, "no", "person"),
        ({"code": 551}, 500, True, "unknown", "row"),
        ({"code": 551}, 500, False, "no", "person"),
    ],
)
def test_a_write_is_refused_only_where_that_is_certain(
    body: Any, status: int, write: bool, sent: str, about: Any
) -> None:
    error = error_of(status, write=write, **body)
    assert error.sent == sent
    if about is not None:
        assert error.about == about


@pytest.mark.parametrize(
    ("body", "status", "kind", "retry_after"),
    [
        ({"code": 613}, 400, RateLimited, 7.0),
        ({"code": 99999}, 429, RateLimited, 7.0),
        ({"code": 551}, 429, GraphError, None),
        ({"code": 1}, 400, TemporaryFailure, None),
    ],
)
def test_only_a_limit_says_how_long_to_wait(body: Any, status: int, kind: Any, retry_after: Any) -> None:
    error = error_of(status, retry_after=7.0, **body)
    assert isinstance(error, kind)
    assert getattr(error, "retry_after", None) == retry_after


@pytest.mark.parametrize(
    ("code", "read"), [("551", 551), (" 551", None), ("x", None), (None, None), (5.5, None), ([], None), ("-1", None)]
)
def test_a_code_may_come_as_text(code: Any, read: Any) -> None:
    assert error_of(code=code).code == read


def test_a_call_without_a_token_needs_one_and_any_other_2500_is_about_the_request() -> None:
    assert isinstance(error_of(code=2500, token_sent=False), TokenInvalid)
    assert isinstance(error_of(code=2500), InvalidRequest)


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({}, "Meta answered: Words. (code 551)"),
        ({"error_subcode": 7}, "Meta answered: Words. (code 551, subcode 7)"),
        ({"fbtrace_id": "A1"}, "Meta answered: Words. (code 551, fbtrace_id A1)"),
        ({"error_user_msg": "For you."}, "Meta answered: Words. For you. (code 551)"),
        ({"message": "Words", "error_user_msg": "For you."}, "Meta answered: Words. For you. (code 551)"),
        ({"message": "Why?", "error_user_msg": "For you."}, "Meta answered: Why? For you. (code 551)"),
        ({"error_user_title": "T", "error_user_msg": "M."}, "Meta answered: Words. T: M. (code 551)"),
        ({"error_user_title": "T"}, "Meta answered: Words. (code 551)"),
        ({"message": "x" * 2000}, f"Meta answered: {'x' * 2000} (code 551)"),
        ({"message": "x" * 2001}, f"Meta answered: {'x' * 2000}… (code 551)"),
    ],
)
def test_one_line_has_metas_words_and_codes(facts: Any, shown: str) -> None:
    assert error_of(code=551, **facts).headline() == shown


def test_an_error_that_no_call_ended_with_shows_what_happened() -> None:
    assert InvalidRequest("It is too long.").headline() == "It is too long."


def test_the_facts_hold_what_is_known_alone() -> None:
    facts = error_of(code=551, error_subcode=7, fbtrace_id="A1").facts()
    known = {name: facts.get(name) for name in ("subcode", "fbtrace_id", "http_status")}
    assert known == {"subcode": 7, "fbtrace_id": "A1", "http_status": 400}
    assert not {"type", "user_title", "user_message"} & facts.keys()


def test_a_code_may_be_listed_with_one_of_its_subcodes_alone() -> None:
    assert is_listed(9, 2018352)
    assert not is_listed(9)


def test_a_type_that_is_no_text_decides_nothing() -> None:
    assert isinstance(error_of(code=100, type=["x"]), InvalidRequest)


@pytest.mark.parametrize("end", [".", "!", "?", ":"])
def test_what_ends_a_sentence_gets_no_full_stop(end: str) -> None:
    shown = error_of(code=551, message=f"Words{end}", error_user_msg="More.").headline()
    assert shown == f"Meta answered: Words{end} More. (code 551)"
