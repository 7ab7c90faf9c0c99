"""Lazy references: what they read, how they print, and what is said where they cannot work."""

import copy
import inspect
import operator
import pickle

import pytest

from adaptor import (
    ConditionIsText,
    JobError,
    LazyStateError,
    MissingReference,
    data_value,
    expand_references,
    fn,
    fn_if,
    source_value,
    state,
)
from adaptor.core.values.arguments import same
from adaptor.core.values.lazy import Lazy

STATE = {
    "data": {
        "name": "Ana",
        "age": 40,
        "price": 2.5,
        "tags": ["new", "vip"],
        "rows": [{"id": 1, "day": "Monday"}, {"id": 2, "day": "Tuesday"}, {"id": 3, "day": "Friday"}],
        "first name": "Ana Maria",
        "_id": "x1",
        "items": "a key named like a method",
        "none": None,
    },
    "index": 1,
    "key": "name",
}


def value_of(argument, given=STATE):
    (value,) = expand_references(given, argument)
    return value


READINGS = [
    (state, STATE, "state"),
    (state.data.name, "Ana", "state.data.name"),
    (state["data"]["name"], "Ana", "state.data.name"),
    (state.data["first name"], "Ana Maria", "state.data['first name']"),
    (state.data.rows[0].id, 1, "state.data.rows[0].id"),
    (state.data.rows[-1]["day"], "Friday", "state.data.rows[-1].day"),
    (state.data.rows[1:], STATE["data"]["rows"][1:], "state.data.rows[1:]"),
    (state.data.rows[:1], STATE["data"]["rows"][:1], "state.data.rows[:1]"),
    (state.data.rows[::2], STATE["data"]["rows"][::2], "state.data.rows[::2]"),
    (state.data.rows[1:][0].day, "Tuesday", "state.data.rows[1:][0]['day']"),
    (state.data.rows[state.index], STATE["data"]["rows"][1], "state.data.rows[state.index]"),
    (state.data.rows[state.index].day, "Tuesday", "state.data.rows[state.index]['day']"),
    (state.data[state.key], "Ana", "state.data[state.key]"),
    (state.data._id, "x1", "state.data._id"),
    (state.data["items"], "a key named like a method", "state.data.items"),
    (state.data.items, "a key named like a method", "state.data.items"),
    (state.data.none, None, "state.data.none"),
    (state.data.name[0], "A", "state.data.name[0]"),
    (state.data.age == 40, True, "state.data.age == 40"),
    (state.data.age != 40, False, "state.data.age != 40"),
    (state.data.age < 41, True, "state.data.age < 41"),
    (state.data.age <= 39, False, "state.data.age <= 39"),
    (state.data.age > 39, True, "state.data.age > 39"),
    (state.data.age >= 41, False, "state.data.age >= 41"),
    (operator.eq(40, state.data.age), True, "state.data.age == 40"),
    (operator.lt(39, state.data.age), True, "state.data.age > 39"),
    (state.data.age + 1, 41, "state.data.age + 1"),
    (1 + state.data.age, 41, "1 + state.data.age"),
    ("Dr " + state.data.name, "Dr Ana", "'Dr ' + state.data.name"),
    (operator.add(state.data.tags, ["x"]), ["new", "vip", "x"], "state.data.tags + ['x']"),
    (operator.add(["x"], state.data.tags), ["x", "new", "vip"], "['x'] + state.data.tags"),
    (state.data.age - 1, 39, "state.data.age - 1"),
    (100 - state.data.age, 60, "100 - state.data.age"),
    (state.data.age * 2, 80, "state.data.age * 2"),
    (2 * state.data.age, 80, "2 * state.data.age"),
    ("ab" * state.index, "ab", "'ab' * state.index"),
    (state.data.age / 8, 5.0, "state.data.age / 8"),
    (80 / state.data.age, 2.0, "80 / state.data.age"),
    (state.data.age // 7, 5, "state.data.age // 7"),
    (85 // state.data.age, 2, "85 // state.data.age"),
    (state.data.age % 7, 5, "state.data.age % 7"),
    (85 % state.data.age, 5, "85 % state.data.age"),
    (state.index**2, 1, "state.index ** 2"),
    (2**state.index, 2, "2 ** state.index"),
    (-state.data.age, -40, "-state.data.age"),
    ((state.data.age + 2) * 2, 84, "(state.data.age + 2) * 2"),
    ((state.data.age == 40) & (state.index == 1), True, "(state.data.age == 40) & (state.index == 1)"),
    ((state.data.age == 1) | (state.index == 1), True, "(state.data.age == 1) | (state.index == 1)"),
    (~(state.data.age == 1), True, "~(state.data.age == 1)"),
    (True & state.index, True, "True & state.index"),
    (False | state.index, True, "False | state.index"),
]
BY_WRITING = pytest.mark.parametrize(("reference", "expected", "written"), READINGS, ids=[row[2] for row in READINGS])


@BY_WRITING
def test_a_reference_reads_its_value(reference, expected, written):
    value = value_of(reference)
    assert value == expected
    assert type(value) is type(expected)


@BY_WRITING
def test_a_reference_prints_as_it_was_written(reference, expected, written):
    assert repr(reference) == written


@pytest.mark.parametrize(
    ("build", "expected", "written"),
    [
        (lambda age: age == 40, True, "state.data.age == 40"),
        (lambda age: age != 40, False, "state.data.age != 40"),
        (lambda age: age < 40, False, "state.data.age < 40"),
        (lambda age: age <= 40, True, "state.data.age <= 40"),
        (lambda age: age > 40, False, "state.data.age > 40"),
        (lambda age: age >= 40, True, "state.data.age >= 40"),
        (lambda age: age & 0, False, "state.data.age & 0"),
        (lambda age: 0 & age, False, "0 & state.data.age"),
        (lambda age: age | 0, True, "state.data.age | 0"),
        (lambda age: 0 | age, True, "0 | state.data.age"),
        (lambda age: ~age, False, "~state.data.age"),
        (lambda age: age + 1, 41, "state.data.age + 1"),
        (lambda age: 1 + age, 41, "1 + state.data.age"),
        (lambda age: age - 1, 39, "state.data.age - 1"),
        (lambda age: 1 - age, -39, "1 - state.data.age"),
        (lambda age: age * 2, 80, "state.data.age * 2"),
        (lambda age: 2 * age, 80, "2 * state.data.age"),
        (lambda age: age / 80, 0.5, "state.data.age / 80"),
        (lambda age: 80 / age, 2.0, "80 / state.data.age"),
        (lambda age: age // 7, 5, "state.data.age // 7"),
        (lambda age: 85 // age, 2, "85 // state.data.age"),
        (lambda age: age % 7, 5, "state.data.age % 7"),
        (lambda age: 85 % age, 5, "85 % state.data.age"),
        (lambda age: age**2, 1600, "state.data.age ** 2"),
        (lambda age: 1**age, 1, "1 ** state.data.age"),
        (lambda age: -age, -40, "-state.data.age"),
    ],
)
def test_an_operator_builds_a_reference_that_is_read_and_printed_as_written(build, expected, written):
    reference = build(state.data.age)
    assert (value_of(reference), repr(reference)) == (expected, written)
    assert value_of(pickle.loads(pickle.dumps(reference))) == expected


DUPLICATES = (copy.copy, copy.deepcopy, *(lambda it, n=n: pickle.loads(pickle.dumps(it, n)) for n in range(2, 6)))


@BY_WRITING
def test_a_copy_of_a_reference_reads_the_same(reference, expected, written):
    for duplicate in DUPLICATES:
        twin = duplicate(reference)
        assert same(twin, reference)
        assert repr(twin) == written
        assert value_of(twin) == expected


def test_references_are_resolved_inside_lists_dicts_and_tuples():
    assert value_of({"a": [state.data.name, (state.index, {"b": state.data.tags[0]})], "c": 1}) == {
        "a": ["Ana", (1, {"b": "new"})],
        "c": 1,
    }


def test_the_other_side_of_an_operator_may_hold_references_too():
    assert value_of(state.data.rows[0].id == state.index) is True


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ((state.index == 2) & (state.missing.path == 1), False),
        ((state.index == 1) | (state.missing.path == 1), True),
    ],
    ids=["and", "or"],
)
def test_the_right_side_is_looked_at_only_where_it_matters(condition, expected):
    assert value_of(condition) is expected


@pytest.mark.parametrize(
    "condition",
    [(state.index == 1) & (state.missing.path == 1), (state.index == 2) | (state.missing.path == 1)],
    ids=["and", "or"],
)
def test_the_right_side_is_looked_at_where_it_matters(condition):
    with pytest.raises(MissingReference):
        value_of(condition)


def test_conditions_become_true_or_false_whatever_the_values_are():
    assert value_of(state.data.name & state.data.tags) is True
    assert value_of(state.data.none | state.data.none) is False
    assert value_of(~state.data.name) is False


def test_a_callable_is_a_reference_too():
    assert value_of([lambda given: given["data"]["name"].upper()]) == ["ANA"]


# --- names with two underscores ---


@pytest.mark.parametrize("name", ["__wrapped__", "__deepcopy__", "__getstate_x__", "__html__", "__array__", "__len_x"])
@pytest.mark.parametrize("reference", [state, state.data.rows, state.data.rows[state.index]], ids=repr)
def test_a_reference_has_no_attribute_with_two_underscores_in_front(reference, name):
    with pytest.raises(AttributeError):
        getattr(reference, name)


def test_inspect_takes_a_reference_for_a_plain_object():
    assert inspect.unwrap(state.data) is not None
    assert not inspect.isfunction(state.data)
    assert not inspect.isclass(state.data)
    assert not inspect.isabstract(state.data)
    assert not inspect.iscoroutinefunction(state.data)


# --- what cannot work ---


def assigned(reference):
    reference.data.name = "Eva"


def item_assigned(reference):
    reference["data"]["name"] = "Eva"


def added_in_place(reference):
    reference.data.count += 1


def item_added_in_place(reference):
    reference["count"] += 1


def attribute_deleted(reference):
    del reference.data.name


def item_deleted(reference):
    del reference["data"]["name"]


def unpacked(reference):
    first, second = reference
    return first, second


def starred(reference):
    return [*reference]


def asserted(reference):
    assert reference


def chained(reference):
    return 1 < reference < 3


def branched(reference):
    if reference:
        return 1
    return 2


CONDITION = ("used as a condition", "fn_if(condition, operation); join conditions with & and |")
ASSIGNED = ("something was assigned to it", "operations return a new state")
DELETED = ("a part of it was deleted", "operations return a new state")
ITERATED = ("iterated over, unpacked or turned into a list", "each(reference, operation)")
TRAPS = {
    "bool": (bool, *CONDITION),
    "if": (branched, *CONDITION),
    "and": (lambda it: it and 1, *CONDITION),
    "or": (lambda it: it or 1, *CONDITION),
    "not": (operator.not_, *CONDITION),
    "assert": (asserted, *CONDITION),
    "a chained comparison": (chained, *CONDITION),
    "max": (lambda it: max(it, it), *CONDITION),
    "in": (lambda it: "vip" in it, "`in` was used on it", "lambda state: 'x' in state"),
    "iter": (iter, *ITERATED),
    "list": (list, *ITERATED),
    "a star": (starred, *ITERATED),
    "unpacking": (unpacked, *ITERATED),
    "sum": (sum, *ITERATED),
    "sorted": (sorted, *ITERATED),
    "len": (len, "`len` was called on it", "lambda state: len("),
    "reversed": (lambda it: list(reversed(it)), "`len` was called on it", "lambda state: len("),
    "hash": (hash, "used as a key of a dict or a member of a set", "not as a key"),
    "a dict key": (lambda it: {it: 1}, "used as a key of a dict", "not as a key"),
    "a set": (lambda it: {it}, "a member of a set", "not as a key"),
    "int": (int, "`int` was called on it", "lambda state: int("),
    "float": (float, "`float` was called on it", "lambda state: float("),
    "an index": (lambda it: ["a", "b"][it], "used as an index or a count", "lambda state: rows["),
    "range": (range, "used as an index or a count", "lambda state: rows["),
    "a call": (lambda it: it.upper(), "it was called as a function", "lambda state: state['data']['name'].upper()"),
    "get": (lambda it: it.get("x", None), "it was called as a function", "lambda state:"),
    "assignment": (assigned, *ASSIGNED),
    "item assignment": (item_assigned, *ASSIGNED),
    "augmented assignment": (added_in_place, *ASSIGNED),
    "augmented item assignment": (item_added_in_place, *ASSIGNED),
    "deletion": (attribute_deleted, *DELETED),
    "item deletion": (item_deleted, *DELETED),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_what_cannot_work_is_refused_with_the_words_to_write_instead(trap):
    use, what, instead = TRAPS[trap]
    with pytest.raises(LazyStateError) as caught:
        use(state.data.day)
    message = str(caught.value)
    assert message.startswith("`state.data.day")
    assert "is a lazy reference: its value is known only when the operation runs, but" in message
    assert what in message
    assert instead in caught.value.fix


FIXES = {
    bool: "Write fn_if(condition, operation); join conditions with & and |, negate with ~, "
    "and put each comparison in parentheses: (a == 1) & (b > 2).",
    iter: "Write each(reference, operation) instead.",
    len: "Write a function instead: lambda state: len(state['data']['rows']).",
    hash: "Use it as a value, not as a key.",
    int: "Write a function instead: lambda state: int(state['data']['count']).",
    float: "Write a function: lambda state: float(state['data']['price']).",
    range: "Write a function: lambda state: rows[state['index']].",
    assigned: 'Write fn(lambda state: {**state, "data": {**state["data"], "x": 1}}): operations return a new state.',
    str: 'In a script that adaptor runs write an f-string: f"Hello {state.data.name}". Elsewhere write a function, '
    "lambda state: f\"Hello {state['data']['name']}\", or on Python 3.14 a t-string. log(…) shows a value.",
}


@pytest.mark.parametrize("use", FIXES, ids=lambda use: use.__name__)
def test_the_words_to_write_instead_can_be_copied(use):
    with pytest.raises(LazyStateError) as caught:
        use(state.data.day)
    assert caught.value.fix == FIXES[use]


@pytest.mark.parametrize(
    ("use", "what"),
    [
        (bool, "it was used as a condition (`if`, `and`, `or`, `not`, `assert` or a chained comparison)"),
        (iter, "it was iterated over, unpacked or turned into a list"),
        (lambda it: operator.contains(it, 1), "`in` was used on it"),
        (len, "`len` was called on it"),
        (hash, "it was used as a key of a dict or a member of a set"),
        (int, "`int` was called on it"),
        (float, "`float` was called on it"),
        (range, "it was used as an index or a count"),
        (str, "`str` was called on it"),
        (format, "it was put into a text"),
        (lambda it: it(), "it was called as a function"),
        (lambda it: operator.setitem(it, 1, 2), "something was assigned to it"),
        (lambda it: operator.delitem(it, 1), "a part of it was deleted"),
        (lambda it: setattr(it, "x", 1), "something was assigned to it"),
        (lambda it: delattr(it, "x"), "a part of it was deleted"),
    ],
)
def test_a_refusal_says_what_was_done_with_the_reference(use, what):
    with pytest.raises(LazyStateError) as caught:
        use(state.data.day)
    known = "is a lazy reference: its value is known only when the operation runs, but"
    assert caught.value.description == f"`state.data.day` {known} {what}."


def test_instead_of_a_call_or_of_in_a_function_is_written():
    with pytest.raises(LazyStateError) as caught:
        state.data.name.upper()
    instead = "To change a value write a function instead: lambda state: state['data']['name'].upper()."
    assert caught.value.fix == instead
    with pytest.raises(LazyStateError) as caught:
        operator.contains(state.data.tags, "x")
    assert caught.value.fix == "Write a function instead: lambda state: 'x' in state['data']['tags']."


@pytest.mark.parametrize(
    ("reference", "written", "kinds"),
    [
        (lambda: state.data.name < 5, "`state.data.name < 5`", "`<` does not work on a str and an int"),
        (lambda: state.data.none + 1, "`state.data.none + 1`", "`+` does not work on None and an int"),
        (lambda: -state.data.name, "`-state.data.name`", "`-` does not work on a str"),
    ],
)
def test_an_operator_that_does_not_work_on_the_values_names_their_kinds(reference, written, kinds):
    with pytest.raises(JobError) as caught:
        value_of(reference())
    assert caught.value.description == f"{written} cannot be evaluated: {kinds}."
    assert caught.value.fix == (
        "Values from CSV are text: convert them to numbers in an earlier step, fn(…), or in a function of the state: "
        "lambda state: float(state['data']['hours']) < 24."
    )
    assert caught.value.code == "WRONG_KIND"


@pytest.mark.parametrize(
    "reference", [state.a + 1, state.a == 1, state.a[1:], data_value("a"), state.a & True], ids=repr
)
@pytest.mark.parametrize("use", [bool, len, list, hash, int, float, lambda it: 1 in it, lambda it: it()])
def test_every_kind_of_reference_refuses(reference, use):
    with pytest.raises(LazyStateError) as caught:
        use(reference)
    assert str(caught.value).startswith("`" + repr(reference))


def test_an_error_about_a_reference_is_a_type_error_too():
    with pytest.raises(TypeError):
        len(state.data)


def test_a_reference_is_never_equal_or_unequal_by_itself():
    assert isinstance(state.a == state.a, Lazy)
    assert isinstance(state.a != state.a, Lazy)


# --- paths that do not exist ---

MISSING = [
    (
        state.data.nmae,
        ["`state.data.nmae` does not exist", "`state.data` has the keys name, age"],
        "did you mean `name`?",
    ),
    (state.data.zzz.deeper.still, ["`state.data.zzz.deeper.still`", "`state.data` has the keys"], "existing keys"),
    (state.dta.name, ["`state` has the keys data, index, key"], "did you mean `data`?"),
    (state.data.rows[9].id, ["`state.data.rows` is a list of 3"], "existing index"),
    (state.data.rows.id, ["`state.data.rows` is a list of 3"], "each("),
    (state.data.none.deeper, ["`state.data.none` is None"], "Check the step before"),
    (state.data.age.years, ["`state.data.age` is an int, which has no parts named 'years'"], "one level too deep"),
    (state.data.name.first, ["`state.data.name` is a str"], "one level too deep"),
    (state.data.rows[1:][7], ["`state.data.rows[1:][7]` does not exist", "is a list of 2"], "existing index"),
    (state.data.rows[state.index].dya, ["has the keys id, day"], "did you mean `day`?"),
    (state.data[state.data.none], ["`state.data` has the keys"], "existing keys"),
]


@pytest.mark.parametrize(("reference", "words", "fix"), MISSING, ids=[repr(row[0]) for row in MISSING])
def test_a_missing_path_is_told_with_the_deepest_part_that_exists_and_what_is_there(reference, words, fix):
    with pytest.raises(MissingReference) as caught:
        value_of(reference)
    for word in words:
        assert word in str(caught.value)
    assert fix in caught.value.fix


def test_an_empty_object_is_said_to_have_no_keys():
    with pytest.raises(MissingReference, match=r"`state\.data` has no keys at all"):
        value_of(state.data.name, {"data": {}})


def test_many_keys_are_cut_after_twenty():
    with pytest.raises(MissingReference, match=r"k0, k1, .*, k19 and 10 more"):
        value_of(state.data.name, {"data": {f"k{n}": n for n in range(30)}})


def test_a_missing_path_is_a_lookup_error_about_the_row():
    with pytest.raises(LookupError) as caught:
        value_of(state.nothing)
    assert caught.value.about == "row"


@pytest.mark.parametrize("read", [data_value("nothing.there"), source_value("$.nothing.there")], ids=repr)
def test_readers_by_json_path_give_none_where_nothing_matches(read):
    assert value_of(read) is None


def test_readers_by_json_path_give_their_default_where_nothing_or_none_matches():
    assert value_of(data_value("nothing", default="friend")) == "friend"
    assert value_of(source_value("$.nothing", default=state.data.name)) == "Ana"
    assert value_of(data_value("none", default="friend")) == "friend"
    assert value_of(source_value("$.data.none", default="friend")) == "friend"
    assert value_of(data_value("none")) is None


# --- conditions that are text ---

NO = ["no", "No", "NO", "n", "false", " False ", "0", "off", "\tno\n"]
kept = fn(lambda given: {**given, "held": True})


@pytest.mark.parametrize("text", NO)
@pytest.mark.parametrize(
    "condition",
    [
        state.data.consented,
        lambda given: given["data"]["consented"],
        data_value("consented"),
        ~state.data.consented,
        state.data.consented & True,
        (state.data.consented == "yes") | state.data.consented,
    ],
    ids=["reference", "function", "data_value", "not", "and", "or"],
)
def test_a_text_that_means_no_is_refused_as_a_condition(condition, text):
    with pytest.raises(ConditionIsText) as caught:
        fn_if(condition, kept)({"data": {"consented": text}})
    assert repr(text) in str(caught.value)
    assert "Compare it" in caught.value.fix


def test_the_fix_of_a_condition_that_is_text_can_be_copied():
    with pytest.raises(ConditionIsText) as caught:
        fn_if(state.data.consented, kept)({"data": {"consented": "no"}})
    assert caught.value.fix == "Compare it: state.data.consented == 'yes'."


@pytest.mark.parametrize(
    ("value", "held"),
    [("yes", True), ("", False), (0, False), (1, True), (False, False), (None, False), ([], False), ("none", True)],
)
def test_any_other_condition_goes_by_the_truth_of_python(value, held):
    assert fn_if(state.data.consented, kept)({"data": {"consented": value}}).get("held", False) is held


@pytest.mark.parametrize(
    ("condition", "held"), [("false", True), ("no", True), (0, False), (True, True), (None, False)]
)
def test_a_literal_condition_goes_by_the_truth_of_python(condition, held):
    assert fn_if(condition, kept)({}).get("held", False) is held


# --- what is missing, and how it may be ---


@pytest.mark.parametrize(
    ("reference", "helper"),
    [
        (state.data.nothing, 'data_value("nothing", default=…)'),
        (state.data.rows[0].nothing, 'data_value("rows[0].nothing", default=…)'),
        (state.cursor, 'source_value("$.cursor", default=…)'),
        (state.patient.name, 'source_value("$.patient.name", default=…)'),
        (state.references[0].name, 'source_value("$.references[0].name", default=…)'),
        (state.data["first name"], "data_value(\"['first name']\", default=…)"),
        (state.data[state.key].name, "a function of the state with a default"),
    ],
)
def test_a_missing_path_is_told_with_the_helper_that_reads_there(reference, helper):
    given = {"data": {"rows": [{"a": 1}], "x": {"a": 1}}, "patient": {"age": 1}, "references": [{"a": 1}], "key": "x"}
    with pytest.raises(MissingReference) as caught:
        expand_references(given, reference)
    assert helper in caught.value.fix


@pytest.mark.parametrize(
    ("written", "key"), [("psid", "PSID"), ("first_name", "First Name"), ("name", "NAME"), ("nmae", "name")]
)
def test_a_key_that_differs_by_its_case_alone_is_suggested(written, key):
    with pytest.raises(MissingReference) as missing:
        state.data[written].__resolve__({"data": {key: "Ana", "other": 1}})
    assert f"did you mean `{key}`?" in missing.value.fix
