"""Values that are worked out when the operation runs."""

import pickle

import pytest

from adaptor import LazyStateError, list_personas, send_text, state
from adaptor.core.operation import Operation
from adaptor.core.values.arguments import Deferred, defer, same
from adaptor.core.values.page_id import PAGE_ID


def add(first, second=0):
    return first + second


def read(state, name, default):
    return state[name] if name in state else default.__resolve__(state)


def test_a_call_with_known_arguments_is_made_at_once():
    assert defer(add, 1, 2) == 3


def test_a_call_with_a_lazy_argument_waits():
    later = defer(add, state.n, 2)
    assert repr(later) == "add(state.n, 2)"
    assert later({"n": 5}) == later.__resolve__({"n": 5}) == 7
    assert defer(add, [lambda s: s["n"]], [2])({"n": 5}) == [5, 2]


def test_named_arguments_are_resolved_too():
    later = Deferred(add, (1,), {"second": state.n})
    assert (repr(later), later({"n": 2})) == ("add(1, second=state.n)", 3)


def test_what_reads_the_state_resolves_its_arguments_itself():
    later = Deferred(read, ("n", state.other), reads_state=True)
    # The default is a missing path, and nobody asks for it.
    assert later({"n": 1}) == 1
    assert later({"other": 2}) == 2


@pytest.mark.parametrize(
    "value",
    [
        PAGE_ID,
        defer(add, state.n, 2),
        Deferred(add, (1,), {"second": state.n}),
        Deferred(read, ("n", state.other), reads_state=True, written="n", source_path="$.n"),
    ],
)
def test_it_travels_and_is_equal_to_its_twin(value):
    twin = pickle.loads(pickle.dumps(value))
    assert repr(twin) == repr(value)
    assert same(twin, value)
    assert not same(twin, defer(add, state.other, 3))
    given = {"n": 4, "configuration": {"page_id": 7}}
    assert twin(given) == value(given)
    assert twin.__source_path__ == value.__source_path__


def test_only_a_state_can_be_handed_to_it():
    later = defer(add, state.n, 2)
    for call in (lambda: later(), lambda: later(5), lambda: later({}, {}), lambda: later(state={})):
        with pytest.raises(LazyStateError):
            call()


def test_the_page_is_that_of_the_credential():
    assert repr(PAGE_ID) == "state.configuration.page_id"
    assert [PAGE_ID({"configuration": held}) for held in ({"page_id": 12}, {"page_id": ""}, {}, None)] == [
        *("12", "me", "me", "me")
    ]


def test_a_listing_as_a_source_is_shown_as_it_was_written_and_found_by_the_checks():
    from adaptor import each
    from adaptor.runner.load.operations import operations_in

    loop = each(list_personas(limit=2), send_text("1", "hi"))
    assert repr(loop) == "each(list_personas(limit=2), send_text('1', 'hi'))"
    assert [operation.name for operation in operations_in((loop,))] == ["each", "list_personas", "send_text"]
    assert isinstance(pickle.loads(pickle.dumps(loop)), Operation)
