"""From the items of a source to the calls that are to be made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adaptor import fn, fn_if, get_user_profile, send_text, state
from adaptor.core.errors import AdaptorError, InvalidMessage, MissingReference, WrongCall
from adaptor.core.run.context import Run
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.records import RunRecord
from adaptor.ledger.store import open_store
from adaptor.messenger.broadcast.requests import Invalid, Outgoing, Skipped, outgoing_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ANA, BEN = "6543210987654321", "6543210987654322"
PAGE = "https://graph.facebook.com/1"


@pytest.fixture
def drafted(tmp_path: Path) -> Iterator[Callable[..., list[Any]]]:
    """Return what is to be done for some items."""
    ledger = Ledger.begin(open_store(str(tmp_path / "ledger.db")), RunRecord("r1", "job.py", "d", "i"))
    ledger.enter_step("job-1", 0)

    def draft(items: list[Any], operation: Any, *, key: Any = None, **given: Any) -> list[Any]:
        with Run() as run:
            run.path[:] = [("step", 0), ("broadcast", None)]
            return list(outgoing_of(enumerate(items), operation, key, given, run, ledger, PAGE))

    yield draft
    ledger.close(0, finished=False)


HELLO = send_text(state.data.psid, state.data.text)


def test_an_item_becomes_the_call_of_its_person(drafted: Any) -> None:
    (outgoing,) = drafted([{"psid": ANA, "text": "a"}], HELLO)
    assert isinstance(outgoing, Outgoing)
    assert (outgoing.index, outgoing.recipient, outgoing.id, outgoing.repeats) == (0, ANA, "", 0)
    assert outgoing.operation.name == "send_text"
    assert outgoing.request.body["message"] == {"text": "a"}
    assert (outgoing.write.page, outgoing.write.recipient, outgoing.write.own_key) == (PAGE, ANA, None)
    assert outgoing.write.is_message


def test_an_item_has_its_position_and_the_rest_of_the_state(drafted: Any) -> None:
    operation = send_text(state.data, f"{state.word}")
    numbered = send_text(state.data, state.text)
    assert [each.request.body["message"]["text"] for each in drafted([ANA, BEN], operation, word="hey")] == ["hey"] * 2
    assert [each.index for each in drafted([ANA, BEN], numbered, text="a")] == [0, 1]
    indexed = send_text(state.data, lambda s: f"no {s['index']}")
    assert [each.request.body["message"]["text"] for each in drafted([ANA, BEN], indexed)] == ["no 0", "no 1"]


@pytest.mark.parametrize(
    ("key", "own", "expected"), [(None, None, None), (None, "own", "own"), (state.data.text, "own", "a")]
)
def test_a_key_of_the_broadcast_replaces_that_of_the_operation(drafted: Any, key: Any, own: Any, expected: Any) -> None:
    (outgoing,) = drafted(
        [{"psid": ANA, "text": "a"}], send_text(state.data.psid, "b", **({"key": own} if own else {})), key=key
    )
    assert outgoing.write.own_key == expected


def test_where_nothing_is_to_be_sent_the_item_is_skipped(drafted: Any) -> None:
    first, second = drafted(
        [{"psid": ANA, "text": "a"}, {"psid": BEN, "text": "b"}], fn_if(state.data.psid == BEN, HELLO)
    )
    assert isinstance(first, Skipped)
    assert (first.index, first.recipient) == (0, None)
    assert second.recipient == BEN


def test_what_is_wrong_with_one_row_is_of_that_row_alone(drafted: Any) -> None:
    first, second, third = drafted(
        [{"psid": ANA, "text": "x" * 2001}, {"psid": BEN, "text": "b"}, {"text": "c"}], HELLO
    )
    assert isinstance(first, Invalid)
    assert (first.index, first.recipient, type(first.error)) == (0, ANA, InvalidMessage)
    assert first.error.place == "step 1 · broadcast[0]"
    assert second.recipient == BEN
    assert (third.index, third.recipient, type(third.error)) == (2, None, MissingReference)
    assert third.error.place == "step 1 · broadcast[2]"


def test_a_path_that_does_not_start_at_the_item_is_missing_for_all(drafted: Any) -> None:
    with pytest.raises(MissingReference):
        drafted([{"psid": ANA}], send_text(state.data.psid, state.settings.text))


@pytest.mark.parametrize(
    ("operation", "kind", "description", "fix"),
    [
        (
            fn(lambda s: s),
            WrongCall,
            "which does not come down to one call to Graph.",
            "Give one operation such as send_text(…), or fn_if(…) around some. What needs several steps for each "
            "person goes into try_each(…).",
        ),
        (
            get_user_profile(state.data),
            WrongCall,
            "broadcast() was given `get_user_profile`, which sends nothing.",
            "Read with each(…) or batch(…).",
        ),
    ],
)
def test_what_is_not_one_send_is_the_jobs_fault(
    drafted: Any, operation: Any, kind: Any, description: str, fix: str
) -> None:
    with pytest.raises(kind) as refused:
        drafted([ANA], operation)
    assert refused.value.description.endswith(description)
    assert refused.value.fix == fix


def test_several_calls_for_one_person_are_an_error_of_that_row(drafted: Any) -> None:
    (invalid,) = drafted([ANA], send_text(state.data, "a", typing=1))
    error: AdaptorError = invalid.error
    assert error.description == "`send_text` makes 2 calls for this person, and broadcast() makes one."
    assert error.fix == "Leave out typing= and split=, or go through the people with try_each(…)."
    assert error.details == {"field": "operation"}
    assert invalid.recipient == ANA
