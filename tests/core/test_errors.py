"""Errors: they travel whole, and say what happened, where, what was sent and what to do."""

import contextlib
import copy
import inspect
import json
import pickle

import pytest

import adaptor.graph.answers.errors
from adaptor import AdaptorError, DeliveryUnknown, GraphError, InvalidMessage, JobError, fn
from adaptor.core import errors

KINDS = {
    name: kind
    for module in (errors, adaptor.graph.answers.errors)
    for name, kind in inspect.getmembers(module, inspect.isclass)
    if issubclass(kind, AdaptorError)
}


def full(kind):
    """An error in which every field holds something."""
    error = kind("what happened", fix="what to do", code="CODE", details={"field": ["x", 1, None]})
    for name in inspect.get_annotations(AdaptorError) | inspect.get_annotations(kind):
        if name not in ("details", "description"):
            setattr(error, name, 7 if name in ("line", "subcode", "http_status", "retry_after") else f"a {name}")
    error.about, error.sent = "row", "unknown"
    error.add_note("a note")
    return error


BY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


DUPLICATES = (copy.copy, copy.deepcopy, *(lambda it, n=n: pickle.loads(pickle.dumps(it, n)) for n in range(2, 6)))


@BY_KIND
def test_a_copy_of_an_error_has_all_its_fields(kind):
    error = full(kind)
    told = (str(error), repr(error), error.report(), error.facts())
    for duplicate in DUPLICATES:
        twin = duplicate(error)
        assert type(twin) is kind
        assert vars(twin) == vars(error)
        assert twin.args == error.args
        assert (str(twin), repr(twin), twin.report(), twin.facts()) == told
        assert twin.__notes__ == ["a note"]


@BY_KIND
def test_a_copy_does_not_change_with_the_original(kind):
    error = full(kind)
    twin = copy.copy(error)
    error.fix = "something else"
    assert twin.fix == "what to do"


@BY_KIND
def test_an_error_passes_through_context_managers_as_it_is(kind):
    error = full(kind)

    @contextlib.contextmanager
    def around():
        try:
            yield
        finally:
            pass

    def pass_through():
        with contextlib.ExitStack() as stack:
            stack.enter_context(around())
            stack.callback(lambda: None)
            with around(), contextlib.suppress(KeyError):
                raise error

    with pytest.raises(kind) as caught:
        pass_through()
    assert caught.value is error


@BY_KIND
def test_an_error_passes_through_an_operation_as_it_is(kind):
    error = kind("what happened")

    def raising(given):
        raise error

    with pytest.raises(kind) as caught:
        fn(raising)({})
    assert caught.value is error
    assert error.place == "fn"


@BY_KIND
def test_the_facts_of_an_error_are_json_without_empty_fields(kind):
    facts = full(kind).facts()
    assert json.loads(json.dumps(facts)) == facts
    assert facts["name"] == kind.__name__
    assert facts["source"] == ("job" if issubclass(kind, JobError) else "adaptor")
    assert None not in kind("x").facts().values()
    assert "" not in kind("x").facts().values()


@BY_KIND
def test_every_error_says_whom_it_is_about_and_what_was_sent(kind):
    assert kind("x").about in ("person", "row", "page", "job")
    assert kind("x").sent in ("no", "unknown")


@BY_KIND
def test_redacting_reaches_every_text_of_an_error(kind):
    error = full(kind)
    for name in vars(error):
        if isinstance(getattr(error, name), str):
            setattr(error, name, f"{getattr(error, name)} hidden")
    error.details = {"hidden": ["hidden", ("hidden",)]}
    error.redact(lambda text: text.replace("hidden", "***"))
    assert "hidden" not in f"{vars(error)} {error!r} {error.report()} {error.facts()}"


def test_the_facts_of_an_error_have_all_that_is_known_of_it():
    error = JobError("It broke.", fix="Mend it.", code="BROKEN", details={"a": {1}})
    error.sent, error.parts_sent, error.operation, error.place, error.line = "partly", ["m1"], "fn", "step 1 · fn", 7
    assert error.facts() == {
        "source": "job",
        "name": "JobError",
        "severity": "fail",
        "message": "It broke.",
        "code": "BROKEN",
        "description": "It broke.",
        "fix": "Mend it.",
        "sent": "partly",
        "parts_sent": ["m1"],
        "operation": "fn",
        "place": "step 1 · fn",
        "line": 7,
        "details": {"a": "{1}"},
    }
    assert AdaptorError("x").facts() == {
        "source": "adaptor",
        "name": "AdaptorError",
        "severity": "fail",
        "message": "x",
        "description": "x",
        "sent": "no",
    }


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({}, ""),
        ({"about_sending": True}, "Nothing was sent by this operation."),
        ({"messages_sent": 1}, "1 message was sent before that."),
        ({"messages_sent": 2_000}, "2,000 messages were sent before that."),
        ({"others_made": 1}, "1 call was made before that."),
        ({"others_made": 2}, "2 calls were made before that."),
        ({"messages_sent": 1, "others_made": 1}, "1 message and 1 other call were made before that."),
        ({"messages_sent": 3, "others_made": 2}, "3 messages and 2 other calls were made before that."),
        ({"messages_sent": 1, "about_sending": True}, "This one was not sent. 1 message was sent before that."),
        ({"parts_sent": ["a"], "messages_sent": 1}, "The first part was sent; the next one was not."),
        (
            {"parts_sent": ["a", "b"], "messages_sent": 3, "sent": "unknown"},
            "The first 2 parts were sent; the next one may or may not have been. 1 message was sent before that.",
        ),
        ({"left_unknown": 1_200}, "Of 1,200 it is not known whether they arrived; none was repeated."),
        (
            {"sent": "unknown", "is_idempotent": True},
            "It may or may not have been carried out. A resume repeats it, which has no further effect.",
        ),
        (
            {"sent": "unknown", "about_sending": True},
            "It may or may not have been delivered. It was not repeated.",
        ),
        (
            {"sent": "unknown", "left_unknown": 1, "messages_sent": 1},
            "Of one it is not known whether it arrived; it was not repeated. 1 message was sent before that.",
        ),
    ],
)
def test_an_error_says_in_a_sentence_what_was_sent(facts, sentence):
    error = AdaptorError("It broke.")
    vars(error).update(facts)
    assert error.sent_sentence() == sentence


@pytest.mark.parametrize(
    ("before", "now", "sent"),
    [
        ((1, 1, 1), (1, 1, 1), "no"),
        ((1, 1, 1), (3, 1, 1), "partly"),
        ((1, 1, 1), (1, 2, 1), "partly"),
        ((1, 1, 1), (3, 2, 2), "unknown"),
    ],
)
def test_what_was_sent_is_counted_from_the_begin_of_the_code_that_failed(before, now, sent):
    error = AdaptorError("It broke.")
    error.set_counts(before, now)
    assert error.sent == sent
    assert (error.messages_sent, error.others_made, error.left_unknown) == tuple(
        b - a for a, b in zip(before, now, strict=True)
    )


def test_that_all_was_sent_stays_so_where_something_is_counted():
    error = AdaptorError("It broke.")
    error.sent = "yes"
    error.set_counts((0, 0, 0), (2, 0, 0))
    assert error.sent == "yes"


REPORTS = [
    (AdaptorError("It broke."), "AdaptorError: It broke."),
    (JobError("It broke.", fix="Mend it."), "JobError: It broke.\n  fix:   Mend it."),
    (
        InvalidMessage("Too long.", fix="Cut it."),
        "InvalidMessage: Too long.\n  sent:  Nothing was sent by this operation.\n  fix:   Cut it.",
    ),
    (
        DeliveryUnknown("No answer."),
        "DeliveryUnknown: No answer.\n  sent:  It may or may not have been delivered. It was not repeated.",
    ),
]


@pytest.mark.parametrize(("error", "report"), REPORTS, ids=[type(row[0]).__name__ for row in REPORTS])
def test_a_report_says_what_happened_what_was_sent_and_what_to_do(error, report):
    assert error.report() == report


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"place": "step 1 · fn", "file": "job.py", "line": 3}, "step 1 · fn (job.py, line 3)"),
        ({"place": "step 1 · fn", "operation": "fn"}, "step 1 · fn"),
        ({"operation": "fn", "file": "job.py", "line": 3}, "fn (job.py, line 3)"),
        ({"file": "job.py", "line": 3}, "job.py, line 3"),
        ({"place": "fn", "file": "job.py"}, "fn"),
    ],
)
def test_a_report_says_where(fields, where):
    error = JobError("x")
    vars(error).update(fields)
    assert error.report().splitlines()[1] == f"  where: {where}"


def test_a_report_shows_the_lines_of_the_job():
    error = JobError("x")
    error.excerpt = "3 | fn(\n  | ^^"
    assert error.report().splitlines()[1:] == ["         3 | fn(", "           | ^^"]


def test_errors_are_grouped_by_what_to_do():
    assert {name for name, kind in KINDS.items() if issubclass(kind, GraphError)} >= {"TokenInvalid", "WindowClosed"}
    assert issubclass(errors.WrongCall, TypeError)
    assert issubclass(errors.LazyStateError, TypeError)
    assert issubclass(errors.MissingReference, LookupError)
    assert all(issubclass(kind, AdaptorError) for kind in KINDS.values())


# --- what the job says in its own exceptions ---


class Refused(Exception):
    """An exception of a job."""

    def __init__(self, message, **facts):
        super().__init__(message)
        vars(self).update(facts)


def raised(error):
    def look(given):
        raise error

    with pytest.raises(JobError) as caught:
        fn(look)({"configuration": {"access_token": "EAAB-the-secret-token"}})
    return caught.value.facts()


def test_the_code_the_fix_and_the_details_of_an_exception_survive():
    facts = raised(Refused("no clinic", code="NO_CLINIC", fix="Open it.", details={"clinic": ["North", 3]}))
    assert (facts["code"], facts["fix"], facts["details"]) == ("NO_CLINIC", "Open it.", {"clinic": ["North", 3]})
    assert facts["description"] == "Refused: no clinic"


def test_details_are_json_and_hold_no_secret():
    facts = raised(
        Refused("no", fix="not EAAB-the-secret-token", details={"at": {1, 2}, "by": "EAAB-the-secret-token"})
    )
    assert facts["details"]["at"] == "{1, 2}"
    assert "EAAB-the-secret-token" not in json.dumps(facts)


@pytest.mark.parametrize(
    "own", [{"code": None}, {"code": ["a"]}, {"code": ""}, {"code": True}, {"details": len}, {"fix": 5}]
)
def test_what_is_no_code_no_fix_and_no_details_is_left_out(own):
    facts = raised(Refused("no", **own))
    assert facts["code"] == "Refused"
    assert "details" not in facts
    assert "fix" not in facts


def test_a_code_may_be_a_number_and_details_may_hold_themselves():
    details = {}
    details["again"] = details
    facts = raised(Refused("no", code=404, details=details))
    assert facts["code"] == "404"
    assert "details" not in facts


@pytest.mark.parametrize(
    ("function", "fix"),
    [
        (lambda given: given.data, 'write ["data"], not .data'),
        (lambda given: given["configuration"].page_id, 'write ["page_id"], not .page_id'),
        (lambda given: {**given, "n": [1, 2].length}, "Write len(…)."),
    ],
)
def test_what_javascript_writes_is_answered_with_python(function, fix):
    with pytest.raises(JobError) as caught:
        fn(function)({"configuration": {}})
    assert fix in caught.value.fix
