"""Public answers to comments."""

from __future__ import annotations

from typing import Any

import pytest

from adaptor import InvalidMessage, reply_to_comment, state

GIF = "https://example.org/a.gif"


def test_a_comment_is_answered_in_public(visit: Any, sandbox: Any) -> None:
    comment = sandbox.person("6543210987654321").comments("Are you open?")
    answer = visit(reply_to_comment(comment, "Yes, until 6."))["data"]["id"]
    (published,) = sandbox.comments
    assert (published.id, published.parent, published.message) == (answer, comment, "Yes, until 6.")


def test_only_what_is_given_is_sent(meta: Any) -> None:
    sent = meta(reply_to_comment(state.data.id, attachment_share_url=GIF), {"id": "9"}, data={"id": "1_2"})
    assert (sent.method, sent.path, sent.body) == ("POST", "1_2/comments", {"attachment_share_url": GIF})


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "`message` is missing"),
        ({"message": " "}, "`message` is empty"),
        ({"attachment_id": "1", "attachment_url": GIF}, "`attachment` is given 2 times"),
        ({"attachment_url": "a.gif"}, "attachment_url"),
    ],
)
def test_an_answer_that_says_nothing_or_too_much_is_refused(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidMessage, match=problem):
        reply_to_comment("1_2", **given)
