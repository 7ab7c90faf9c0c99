"""What holds for all operations and all states."""

import copy
import json

from hypothesis import given, settings, strategies as st

from adaptor import (
    as_,
    combine,
    compose_next_state,
    cursor,
    data_value,
    each,
    execute,
    expand_references,
    fn,
    fn_if,
    group,
    log,
    map_,
    merge,
    parse_csv,
    source,
    state,
    try_each,
    validate,
)
from tests.thorough import examples

relaxed = settings(max_examples=examples(60))

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text("abcxyz -é", min_size=1, max_size=3), inner, max_size=4)
    ),
    max_leaves=8,
)
states = st.builds(
    lambda data, references, more: {**more, "data": data, "references": references},
    values,
    st.lists(values, max_size=3),
    st.dictionaries(st.sampled_from(["a", "n", "index", "keep"]), values, max_size=3),
)


def set_key(key, value):
    return fn(lambda given: {**given, key: value})


def count(given):
    return {**given, "count": given.get("count", 0) + 1}


simple = st.one_of(
    st.builds(set_key, st.sampled_from(["a", "b", "count_of"]), scalars),
    st.builds(lambda value: fn(lambda given: compose_next_state(given, value)), values),
    st.just(fn(count)),
    st.just(log(state.data, data_value("x.y"))),
    st.just(log("a text")),
    st.just(map_("$.references[*]", lambda item, index, given: [index, item])),
    st.just(group("$.references[*]", "a")),
    st.just(cursor(state.data, "position", 7)),
    st.just(validate({"type": "object", "required": ["a"]}, state.data)),
    st.builds(lambda rows: parse_csv("a,b\n" + "".join(f"{n},x\n" for n in range(rows))), st.integers(0, 3)),
    st.just(
        fn(lambda given: {**given, "merged": expand_references(given, merge("$.references[*]", {}))[0]}).catch(
            lambda error, given: {**given, "went": error.code}
        )
    ),
    st.just(fn(lambda given: 1 / 0).catch(lambda error, given: {**given, "went": str(error)})),
)
operations = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.builds(lambda items, op: each(items, op), st.lists(values, max_size=3), inner),
        st.builds(lambda op: each("$.references[*]", op), inner),
        st.builds(lambda items, op: each(items, op, as_="item"), st.lists(values, max_size=3), inner),
        st.builds(lambda items, op: try_each(items, op, fail=False), st.lists(values, max_size=3), inner),
        st.builds(lambda ops: combine(*ops), st.lists(inner, max_size=3)),
        st.builds(lambda op: as_("kept", op), inner),
        st.builds(lambda ops: execute(*ops), st.lists(inner, max_size=3)),
        st.builds(lambda a, b: a.then(b), inner, inner),
        st.builds(lambda a, b: fn_if(source("$.references[*]"), a, b), inner, inner),
    ),
    max_leaves=5,
)


@relaxed
@given(operations, states)
def test_no_operation_changes_its_input(operation, given):
    before = copy.deepcopy(given)
    operation(given)
    assert given == before


@relaxed
@given(operations, states)
def test_every_result_can_be_written_as_json_and_read_back(operation, given):
    result = operation(given)
    assert json.loads(json.dumps(result, allow_nan=False)) == result


@relaxed
@given(operations, operations, states)
def test_execute_is_one_operation_after_the_other(a, b, given):
    assert execute(a, b)(given) == b(a(given))


@relaxed
@given(operations, operations, operations, states)
def test_execute_is_associative(a, b, c, given):
    together = execute(a, b, c)(given)
    assert execute(a, execute(b, c))(given) == together
    assert execute(execute(a, b), c)(given) == together
    assert a.then(b).then(c)(given) == together


@relaxed
@given(states)
def test_executing_nothing_changes_nothing(given):
    assert execute()(given) == given
    assert combine()(given) is given


@relaxed
@given(operations, states)
def test_performing_an_operation_twice_gives_the_same_twice(operation, given):
    assert operation(given) == operation(given)


@relaxed
@given(st.lists(values, max_size=12), st.sampled_from([each, try_each]), st.sampled_from([None, "item"]), states)
def test_a_loop_runs_once_for_each_item_in_order(items, loop, as_, given):
    seen = []

    def see(inner):
        seen.append((inner["index"], inner[as_ or "data"]))
        return inner

    result = loop(items, fn(see), as_=as_)(given)
    assert seen == list(enumerate(items))
    if items:
        assert result[as_ or "data"] == items[-1]
    if as_:
        assert result["data"] == given["data"]


@relaxed
@given(st.lists(st.integers(), max_size=8), st.integers(-2, 9))
def test_a_loop_stops_at_the_first_item_that_fails(items, fails_at):
    seen = []

    def see(inner):
        if inner["index"] == fails_at:
            raise ValueError("stop")
        seen.append(inner["data"])
        return inner

    looped = each(items, fn(see)).catch(lambda error, before: {**before, "failed": error.place})({"start": 1})
    if 0 <= fails_at < len(items):
        assert looped == {"start": 1, "failed": f"each[{fails_at}] · fn"}
        assert seen == items[:fails_at]
    else:
        assert seen == items


@relaxed
@given(st.lists(values, max_size=250), values)
def test_references_keep_the_newest_hundred_in_order(datas, last):
    given = {"data": "first", "references": []}
    for data in datas:
        given = compose_next_state(given, data)
    given = compose_next_state(given, last)
    assert given["data"] == last
    assert given["references"] == ["first", *datas][-100:]


@relaxed
@given(values)
def test_values_without_references_come_back_as_they_are(value):
    assert expand_references({}, value) == [value]
