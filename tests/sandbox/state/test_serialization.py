"""What is written of the page state is read again as the same value."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from adaptor.sandbox.state.objects import App, Person, Subscription, Thread, UtilityTemplate
from adaptor.sandbox.state.records import Action, File, Gesture, Incoming, Message, Refusal
from adaptor.sandbox.state.serialization import deserialize, serialize

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
KEYS = st.text() | st.integers() | st.tuples(st.text(), st.text()) | st.just("\0kind")
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.sets(st.text(), max_size=3)
    ),
    max_leaves=10,
)


@given(VALUES)
def test_any_value_survives(value):
    assert deserialize(serialize(value)) == value


@pytest.mark.parametrize(
    "record",
    [
        Person("5", "Björk", last_message_at=NOON, away=True),
        UtilityTemplate("t", "en", "Hello {{1}}.", buttons=({"type": "URL"},), created_at=NOON),
        Message("m_1", "5", NOON, {"text": "hi"}, {"id": "5"}, files=(File("a", "image/png", 3, "k"),)),
        Action("5", NOON, "typing_on", {}),
        Incoming("m_2", "5", NOON, "hi", {}),
        Gesture("5", NOON, "blocks", {}),
        Refusal("5", NOON, 10, 2018278, "no", "POST", "/me/messages"),
        App("7", "Desk"),
        Subscription("page", "http://127.0.0.1/", "v", {"messages": "v26.0"}),
        Thread("t_1", NOON, owner="7", owner_until=NOON),
    ],
    ids=lambda record: type(record).__name__,
)
def test_any_record_survives(record):
    assert deserialize(serialize([record, {"a": record}])) == [record, {"a": record}]


def test_what_it_does_not_know_is_refused():
    with pytest.raises(TypeError, match="cannot store object"):
        serialize(object())
