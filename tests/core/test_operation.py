"""Operations are values: they print, compare, travel, refuse wrong calls, and say where they failed."""

import copy
import pickle
from functools import partial

import pytest

from adaptor import (
    AdaptorError,
    GraphError,
    JobError,
    LazyStateError,
    MissingReference,
    NotSent,
    Operation,
    WindowClosed,
    WrongCall,
    as_,
    combine,
    compose_next_state,
    data_value,
    each,
    execute,
    expand_references,
    field,
    fields,
    fn,
    fn_if,
    group,
    log,
    map_,
    merge,
    parse_csv,
    state,
    try_each,
)
from adaptor.core.run.context import Run, active


def step(given):
    return {**given, "step": given.get("step", 0) + 1}


def other(given):
    return given


def rescue(error, given):
    return {**given, "error": error.code}


PRINTED = [
    (fn(step), "fn(step)"),
    (execute(fn(step), fn(other)), "execute(fn(step), fn(other))"),
    (execute(step), "execute(fn(step))"),
    (combine(), "combine()"),
    (log("a", 1, {"b": [state.data.x]}), "log('a', 1, {'b': [state.data.x]})"),
    (each(state.data.rows, fn(step), as_="row"), "each(state.data.rows, fn(step), as_='row')"),
    (each(source="$.rows[*]", operation=step), "each('$.rows[*]', fn(step))"),
    (try_each([1], step, fail=False), "try_each([1], fn(step), fail=False)"),
    (fn_if(state.a == 1, step), "fn_if(state.a == 1, fn(step))"),
    (fn_if(state.a, step, other), "fn_if(state.a, fn(step), fn(other))"),
    (fn_if((state.a == 1) & ~state.b, step, else_=other), "fn_if((state.a == 1) & (~state.b), fn(step), fn(other))"),
    (parse_csv("a\n1", {"delimiter": ";"}, quote="'"), "parse_csv('a\\n1', {'delimiter': ';'}, quote=\"'\")"),
    (fn(step).then(other), "fn(step).then(fn(other))"),
    (fn(step).catch(rescue), "fn(step).catch(rescue)"),
    (fn(step).then(fn(other)).catch(rescue), "fn(step).then(fn(other)).catch(rescue)"),
    (fn(step).catch(WindowClosed, fn(other)), "fn(step).catch(WindowClosed, fn(other))"),
    (fn(step).catch((WindowClosed, KeyError), rescue), "fn(step).catch((WindowClosed, KeyError), rescue)"),
    (log(merge("$.a[*]", {"b": state.c})), "log(merge('$.a[*]', {'b': state.c}))"),
    (log(data_value("a.b", default=1)), "log(data_value('a.b', default=1))"),
]
BY_PRINT = pytest.mark.parametrize(("operation", "printed"), PRINTED, ids=[row[1] for row in PRINTED])


@BY_PRINT
def test_an_operation_prints_as_it_was_written(operation, printed):
    assert repr(operation) == printed


def test_a_lambda_prints_with_its_line():
    assert repr(fn(lambda given: given)).startswith("fn(<lambda line ")


@BY_PRINT
def test_a_copy_of_an_operation_is_equal_and_knows_its_line(operation, printed):
    for duplicate in (copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))):
        twin = duplicate(operation)
        assert twin == operation
        assert hash(twin) == hash(operation)
        assert repr(twin) == printed
        assert (twin.name, twin.file, twin.line) == (operation.name, operation.file, operation.line)


def test_operations_are_equal_only_where_they_are_alike():
    operations = [operation for operation, _printed in PRINTED]
    for index, operation in enumerate(operations):
        alike = [there for there, another in enumerate(operations) if another == operation]
        assert alike == [index]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (log(1), log(True)),
        (log(1), log("1")),
        (log([1]), log((1,))),
        (log(state.a), log(state.b)),
        (log(state.a), log("state.a")),
        (log(state[0]), log(state["0"])),
        (each([1], step), try_each([1], step)),
        (each([1], step, as_="x"), each([1], step)),
        (fn(step).then(other), fn(other).then(step)),
    ],
)
def test_what_differs_is_not_equal(first, second):
    assert first != second
    assert not first == second  # noqa: SIM201


def test_an_operation_is_not_equal_to_anything_else():
    assert fn(step) != "fn(step)"
    assert fn(step) != step


def test_operations_can_be_members_of_a_set():
    assert len({fn(step), fn(step), fn(other), log(state.a), log(state.a)}) == 3


def test_an_operation_knows_the_file_and_line_where_it_was_written():
    operation = fn(step)
    assert operation.file == __file__
    assert operation.line == test_an_operation_knows_the_file_and_line_where_it_was_written.__code__.co_firstlineno + 1


def test_nothing_happens_before_the_operation_is_called():
    seen = []
    operation = execute(lambda given: seen.append(1) or given)
    assert seen == []
    operation({})
    assert seen == [1]


# --- wrong calls ---

WRONG = {
    "missing": (lambda: fn(), "fn() is missing `function`.", "Write fn(function)."),
    "two missing": (
        lambda: each(),
        "each() is missing `source` and `operation`.",
        "Write each(source, operation, [as_=…], [csv=…]).",
    ),
    "unknown": (lambda: each([1], step, ass="x"), "each() does not take `ass`. Did you mean `as_`?", "Write each("),
    "unknown and like nothing": (lambda: fn(step, zzz=1), "fn() does not take `zzz`.", "Write fn(function)."),
    "twice": (lambda: each([1], step, source=[2]), "each() got `source` twice.", "Write each("),
    "too many": (lambda: fn(step, step), "fn() takes 1 positional argument, but 2 were given.", "Write fn(function)."),
    "too many where some are named": (
        lambda: each([1], step, "x"),
        "each() takes 2 positional arguments, but 3 were given.",
        "Arguments after the first 2 are given by name.",
    ),
    "too many where some are optional": (
        lambda: fn_if(True, step, other, 4),
        "fn_if() takes at most 3 positional arguments, but 4 were given.",
        "Write fn_if(condition, operation, [else_]).",
    ),
    "the state": (lambda: fn(step, state={}), "fn() does not take `state`.", "Write fn(function)."),
    "no operation": (lambda: execute(1), "execute() takes operations, not int 1.", "Give an operation such as"),
    "None": (lambda: combine(step, None), "combine() takes operations, not None.", "Give an operation"),
    "a list of operations": (
        lambda: combine([fn(step)]),
        "combine() takes operations, not a list of them.",
        "Put a star before it, or join them: combine(*operations).",
    ),
    "a lazy reference": (
        lambda: execute(state.data),
        "execute() takes operations, not the lazy reference state.data.",
        "Give an operation",
    ),
    "a builder": (
        lambda: each([1], log),
        "each() was given `log` itself, which is not an operation yet.",
        "Call it with its arguments: log(…).",
    ),
    "a builder in then": (lambda: fn(step).then(log), "then() was given `log` itself", "log(…)"),
    "no function": (lambda: fn(5), "`function` of fn() must be a function, not int 5.", "Write fn(function)."),
    "an operation as a function": (lambda: fn(fn(step)), "must be a function, not the operation fn", "Write fn("),
    "a reference as a function": (lambda: fn(state.a), "not the lazy reference state.a", "Write fn("),
    "a handler that is none": (lambda: fn(step).catch({}), "`handler` of catch() must be a function", "Write catch("),
    "a builder as a handler": (lambda: fn(step).catch(KeyError, log), "was given `log` itself", "log(…)"),
    "no handler": (lambda: fn(step).catch(), "catch() takes a handler, not 0 arguments", "Write catch(handler)"),
    "an error alone": (lambda: fn(step).catch(KeyError), "catch() was given KeyError without", "catch(handler)"),
    "a handler before its error": (lambda: fn(step).catch(rescue, KeyError), "without a handler", "WindowClosed,"),
    "no error": (lambda: fn(step).catch("KeyError", rescue), "before its handler, not a str", "Write"),
    "one that is none": (lambda: fn(step).catch((KeyError, step), rescue), "not KeyError, step", "Write catch("),
    "no errors at all": (lambda: fn(step).catch((), rescue), "not nothing", "Write catch("),
    "a source that is none": (lambda: each(None, step), "`source` of each() cannot be None.", "state.data.rows"),
    "a number as a source": (lambda: each(5, step), "`source` of each() cannot be int 5.", "Give a list, a JSONPath"),
    "True as a source": (lambda: try_each(True, step), "`source` of try_each() cannot be bool True.", "Give a list"),
    "a long value": (lambda: execute("x" * 100), "execute() takes operations, not a str.", "Give an operation"),
    "an unknown field of a builder": (lambda: field("a"), "field() is missing `value`.", "Write field(key, value)."),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_call_fails_where_it_is_written_with_what_to_write(case):
    call, message, fix = WRONG[case]
    with pytest.raises(WrongCall) as caught:
        call()
    assert message in str(caught.value)
    assert fix in caught.value.fix


def test_a_wrong_call_is_a_type_error_too():
    with pytest.raises(TypeError):
        fn()


@pytest.mark.parametrize(
    "call",
    [
        lambda: log(fn(step)),
        lambda: log({"a": [fn(step)]}),
        lambda: log(log),
        lambda: each([fn(step)], step),
        lambda: merge("$.a", {"b": fn(step)}),
        lambda: fields(field("a", log("x"))),
        lambda: parse_csv(fn(step)),
        lambda: fn_if(fn(step), step),
        lambda: expand_references({}, fn(step)),
    ],
)
def test_an_operation_where_a_value_is_expected_is_an_error_and_never_called(call):
    with pytest.raises(LazyStateError) as caught:
        call()
    assert "is an operation, but a value is expected here" in str(caught.value)
    assert "state.data" in caught.value.fix


# --- what an operation takes and returns ---


@pytest.mark.parametrize("result", [None, 5, "text", [1], fn(step)], ids=repr)
def test_a_result_that_is_no_state_names_the_function_and_says_return_state(result):
    def forgetful(given):
        return result

    with pytest.raises(JobError) as caught:
        fn(forgetful)({})
    assert f"`fn` on line {caught.value.line}: forgetful returned" in str(caught.value)
    assert caught.value.code == "NOT_A_STATE"
    assert "return state" in caught.value.fix or "return {**state" in caught.value.fix


@pytest.mark.parametrize("given", [None, 5, "text", [1]], ids=repr)
def test_something_that_is_no_state_is_refused(given):
    with pytest.raises(JobError, match="`fn` was given"):
        fn(step)(given)


def test_execute_starts_from_data_and_references_and_keeps_what_is_there():
    assert execute()({}) == {"data": {}, "references": []}
    assert execute()({"data": 1, "x": 2}) == {"data": 1, "references": [], "x": 2}


# --- then and catch ---


def fails(given):
    raise ValueError("boom")


def test_then_goes_on_from_what_the_first_returned():
    assert fn(step).then(step).then(fn(step))({}) == {"step": 3}


def test_then_is_not_reached_when_the_first_fails():
    seen = []
    with pytest.raises(JobError):
        fn(fails).then(lambda given: seen.append(1) or given)({})
    assert seen == []


@pytest.mark.parametrize(
    ("attempt", "kind"),
    [
        (fn(fails), JobError),
        (log(state.data.missing), MissingReference),
        (fn(lambda given: None), JobError),
        (execute(step, step, fails), JobError),
        (each([1, 2], execute(step, fails)), JobError),
        (fn(lambda given: execute(state.data)), WrongCall),
        (fn(step).then(fails), JobError),
    ],
)
def test_a_handler_gets_the_error_and_the_state_from_before(attempt, kind):
    got = []

    def handler(error, given):
        got.append((error, given))
        return {**given, "handled": True}

    before = {"data": {"x": 1}, "references": []}
    assert attempt.catch(handler)(before) == {**before, "handled": True}
    ((error, given),) = got
    assert isinstance(error, kind)
    assert given is before


def test_a_handler_is_not_called_when_nothing_fails():
    assert fn(step).catch(rescue)({}) == {"step": 1}


def test_a_handler_may_raise_the_error_again():
    def handler(error, given):
        raise error

    with pytest.raises(JobError, match="boom") as caught:
        fn(fails).catch(handler)({})
    assert caught.value.place == "fn"


def test_a_handler_may_raise_an_error_of_its_own():
    def handler(error, given):
        raise KeyError("own")

    with pytest.raises(JobError) as caught:
        fn(fails).catch(handler)({})
    assert caught.value.cause_type == "KeyError"
    assert isinstance(caught.value.__cause__.__context__, JobError)


@pytest.mark.parametrize("result", [None, 5])
def test_a_handler_that_returns_no_state_is_named(result):
    def careless(error, given):
        return result

    with pytest.raises(JobError, match=r"`catch` on line \d+: careless returned"):
        fn(fails).catch(careless)({})


def test_a_handler_may_be_an_operation_which_is_given_the_state_from_before():
    before = {"data": {"x": 1}, "references": []}
    attempt = fn(lambda given: {**given, "data": 5}).then(fails)
    assert attempt.catch(fn(lambda given: {**given, "instead": True}))(before) == {**before, "instead": True}


@pytest.mark.parametrize(
    ("kinds", "raised"),
    [
        (WindowClosed, WindowClosed("shut")),
        (GraphError, WindowClosed("shut")),
        ((KeyError, WindowClosed), WindowClosed("shut")),
        (KeyError, KeyError("a")),
        (LookupError, KeyError("a")),
        (JobError, KeyError("a")),
        (AdaptorError, NotSent("no network")),
        (Exception, ValueError("a")),
    ],
)
def test_a_handler_for_some_errors_is_called_for_these(kinds, raised):
    def attempt(given):
        raise raised

    assert fn(attempt).catch(kinds, lambda error, given: {**given, "b": 2})({"a": 1}) == {"a": 1, "b": 2}
    assert fn(attempt).catch(kinds, fn(lambda given: {**given, "b": 2}))({"a": 1}) == {"a": 1, "b": 2}


@pytest.mark.parametrize("kinds", [WindowClosed, (KeyError, WindowClosed), NotSent, IndexError])
def test_a_handler_for_some_errors_lets_others_pass(kinds):
    called = []
    with pytest.raises(JobError, match="boom"):
        fn(fails).catch(kinds, lambda error, given: called.append(error))({})
    assert called == []


def test_handlers_for_several_errors_stand_one_after_the_other():
    def attempt(given):
        raise NotSent("no network")

    handled = fn(attempt).catch(WindowClosed, fn(step)).catch(NotSent, lambda error, given: {"because": str(error)})
    assert handled({}) == {"because": "no network"}


def test_an_operation_with_a_handler_for_some_errors_can_be_pickled():
    operation = fn(step).catch((WindowClosed, KeyError), fn(other))
    assert pickle.loads(pickle.dumps(operation)) == operation


# --- functions ---


def two(first, second):
    return first


class Counter:
    def by_one(self, given):
        return {**given, "n": given.get("n", 0) + 1}

    def __call__(self, given, extra=None):
        return self.by_one(given)


@pytest.mark.long
@pytest.mark.parametrize(
    ("build", "message", "fix"),
    [
        (lambda: fn(lambda: 1), "The lambda given to fn() takes no parameters", "lambda state: …"),
        (lambda: fn(two), "`two` given to fn() takes (first, second), but is called with (state)", "def two(state): …"),
        (lambda: fn(step).catch(lambda error: {}), "given to catch() takes (error)", "lambda error, state: …"),
        (lambda: fn(step).catch(KeyError, step), "but is called with (error, state)", "def step(error, state): …"),
        (lambda: fn(step).then(two), "`two` given to fn()", "def two(state): …"),
        (lambda: each([1], two), "`two` given to fn()", "def two(state): …"),
        (lambda: each(two, step), "`two` given to an operation as a value", "def two(state): …"),
        (lambda: map_([1], lambda item: item), "given to map_() takes (item)", "lambda value, index, state: …"),
        (lambda: group([1], "a", two), "given to group()", "def two(state): …"),
        (lambda: parse_csv("a", None, step), "given to parse_csv()", "def step(state, rows): …"),
        (lambda: log(lambda: 1), "takes no parameters", "lambda state: …"),
        (lambda: log({"at": [lambda a, b: 1]}), "takes (a, b)", "lambda state: …"),
        (lambda: fn_if(two, step), "`two` given to an operation as a value", "def two(state): …"),
        (lambda: fn(lambda given, *, zone: given), "takes (given, zone)", "lambda state: …"),
        (lambda: fn(Counter().by_one.__func__), "takes (self, given)", "def by_one(state): …"),
    ],
)
def test_a_function_that_takes_other_parameters_is_refused_where_it_is_written(build, message, fix):
    with pytest.raises(WrongCall) as caught:
        build()
    assert message in str(caught.value)
    assert fix in caught.value.fix


@pytest.mark.parametrize(
    "function",
    [
        lambda given: given,
        lambda given, extra=1: given,
        lambda *everything: everything[0],
        lambda given, **options: given,
        lambda given, *, zone="UTC": given,
        Counter().by_one,
        Counter(),
        partial(two, second=1),
        dict,
    ],
)
def test_a_function_that_can_take_the_state_is_taken(function):
    assert isinstance(fn(function)({"a": 1}), dict)


def test_a_function_that_returns_a_reference_gives_its_value():
    given = {"data": {"name": "Ana", "next": {"data": 2}}, "references": []}
    assert expand_references(given, lambda s: state.data.name) == ["Ana"]
    assert fn(lambda s: state.data.next)(given) == {"data": 2}
    assert map_([1, 2], lambda item, index, s: state.data.name)(given)["data"] == ["Ana", "Ana"]
    assert fn(fails).catch(lambda error, s: state.data.next)(given) == {"data": 2}


def test_what_is_no_error_of_a_job_passes_through():
    def interrupted(given):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fn(interrupted).catch(rescue)({})
    assert active.get() is None


# --- where it failed ---

PLACES = [
    (fn(fails), "fn"),
    (execute(step, fails), "step 2 · fn"),
    (execute(step, each(list(range(20)), fn_if(state.index == 17, fails))), "step 2 · each[17] · fn_if · fn"),
    (execute(each([1], combine(step, step, fails))), "step 1 · each[0] · combine[2] · fn"),
    (each([1], each([1, 2], fn_if(state.data == 2, fails))), "each[0] · each[1] · fn_if · fn"),
    (execute(fn(step).then(fails)), "step 1 · fn"),
    (execute(fn(fails).catch(lambda error, given: fails(given))), "step 1"),
    (execute(step, log(state.zzz)), "step 2 · log"),
    (execute(execute(step, execute(fails))), "step 1 · step 2 · step 1 · fn"),
    (try_each([1], fails), "try_each[0] · fn"),
    (fn(lambda given: fn(fails)(given)), "fn · fn"),
]


@pytest.mark.parametrize(("operation", "place"), PLACES, ids=[row[1] for row in PLACES])
def test_an_error_says_where_in_the_job_it_arose(operation, place):
    with pytest.raises(AdaptorError) as caught:
        operation({})
    assert caught.value.place == place


def test_an_error_of_the_jobs_own_code_has_its_line_and_cause():
    with pytest.raises(JobError) as caught:
        each([1], fn(fails))({})
    error = caught.value
    assert (error.operation, error.file) == ("fn", __file__)
    assert error.line == fails.__code__.co_firstlineno + 1
    assert (error.code, error.cause_type, str(error)) == ("ValueError", "ValueError", "boom")
    assert error.headline() == "ValueError: boom"
    assert isinstance(error.__cause__, ValueError)
    assert error.report() == (f"JobError: ValueError: boom\n  where: each[0] · fn ({__file__}, line {error.line})")


def test_an_error_of_ours_has_the_line_of_the_operation():
    operation = log(state.data.missing)
    with pytest.raises(MissingReference) as caught:
        operation({"data": {}})
    assert (caught.value.operation, caught.value.file, caught.value.line) == ("log", __file__, operation.line)


def test_an_exception_without_words_is_told_by_its_name():
    def silent(given):
        raise RuntimeError

    with pytest.raises(JobError) as caught:
        fn(silent)({})
    assert str(caught.value) == "RuntimeError"


def test_the_place_is_left_behind_when_the_operation_is_over():
    with Run() as run:
        for _ in range(2):
            with pytest.raises(JobError):
                each([1], fails)({})
        assert run.path == []
        execute(step, each([1], fn(fails).catch(rescue)))({})
        assert run.path == []


def test_a_run_ends_with_the_operation_that_began_it():
    fn(step)({})
    assert active.get() is None
    with pytest.raises(JobError):
        fn(fails)({})
    assert active.get() is None


def test_a_run_closes_what_was_opened_in_it_once():
    closed = []

    class Opened:
        def close(self):
            closed.append(self)

    with Run() as run:
        first = run.resource("a", Opened)
        assert run.resource("a", Opened) is first
        assert closed == []
    assert closed == [first]


# --- arguments ---


def test_arguments_are_resolved_at_any_depth():
    given = {"n": 1, "data": {"x": "y"}}
    assert expand_references(
        given, {"a": [lambda s: s["n"], (state.n, {"b": state.data.x})], 5: None}, "$.n", b"x"
    ) == [
        {"a": [1, (1, {"b": "y"})], 5: None},
        "$.n",
        b"x",
    ]
    assert expand_references(given, None, 5, False, []) == [None, 5, False, []]


def test_objects_that_are_no_containers_pass_untouched():
    thing = object()
    assert expand_references({}, thing)[0] is thing


def test_what_holds_no_reference_is_handed_on_as_it_is():
    plain = {"a": [1, {"b": (2,)}]}
    assert expand_references({}, plain)[0] is plain


def test_a_reference_is_resolved_anew_in_each_state():
    operation = fn_if(state.data == 2, step)
    assert [operation({"data": n}).get("step", 0) for n in (1, 2, 1)] == [0, 1, 0]


def test_compose_next_state_does_not_change_its_input_or_invent_references():
    given = {"references": [1]}
    assert compose_next_state(given, 2) == {"references": [1], "data": 2}
    assert given == {"references": [1]}


@pytest.mark.parametrize(
    ("given", "data", "after"),
    [
        ({"data": 1, "kept": 2, "references": ["r"]}, 3, {"data": 3, "kept": 2, "references": ["r", 1]}),
        ({"data": 1, "references": None}, 3, {"data": 3, "references": [1]}),
        ({"data": 1, "references": []}, None, {"data": None, "references": [1]}),
    ],
)
def test_the_old_data_of_a_composed_state_is_its_newest_reference(given, data, after):
    assert compose_next_state(given, data) == after


def test_composing_many_states_keeps_what_each_holds_bounded():
    given = {"data": 0, "references": []}
    for n in range(1, 5001):
        given = compose_next_state(given, n)
    assert given["references"] == list(range(4900, 5000))


def test_an_operation_is_an_operation():
    assert all(isinstance(operation, Operation) for operation, _printed in PRINTED)


# --- what an answer has replaced ---


def answering(**answer):
    return fn(lambda given: compose_next_state(given, answer))


def missing(*operations):
    with pytest.raises(MissingReference) as caught:
        execute(*operations)({"data": {"name": "Ana"}, "references": []})
    return str(caught.value)


def test_a_path_that_an_answer_has_replaced_names_the_operation_that_gave_it():
    said = missing(combine(answering(id=1)), log(state.data.name))
    assert "`state.data` is the answer of `fn(<lambda line" in said


@pytest.mark.parametrize(
    "operations",
    [
        (log(state.data.nothing),),
        (fn(lambda given: {**given, "data": {}}), log(state.data.name)),
        (answering(id=1), fn(lambda given: {**given, "data": {"age": 4}}), log(state.data.name)),
        (answering(id=1), each([{"age": 4}], log(state.data.name))),
        (as_("kept", answering(id=1)), log(state.data.nothing)),
        (answering(outcome="unknown"), log(state.data.name)),
        (answering(id=1), log(state.nothing)),
    ],
)
def test_no_operation_is_named_where_none_has_replaced_it(operations):
    assert "is the answer of" not in missing(*operations)
