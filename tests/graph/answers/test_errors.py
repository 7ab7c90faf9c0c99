from __future__ import annotations

import contextlib
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.core.errors import AdaptorError
from adaptor.graph.answers.codes import META, NO_TOKEN, PEER, RULES, UNCERTAIN, graph_error
from adaptor.graph.answers.errors import (
    GraphError,
    InvalidRequest,
    PermissionMissing,
    PolicyBlocked,
    RateLimited,
    RecipientUnavailable,
    TemporaryFailure,
    TokenInvalid,
    WindowClosed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MEDIA_TEMPLATE = (2018173, 2018175, 2018182, 2018183, 2018184, 2018185, 2018186, 2018187, 2018188)

#: Meta's error table, read a second time and on its own: class, (code, subcode), what a write has sent, who is meant.
TABLE: list[tuple[type[GraphError], int, int | str | None, str, str]] = [
    (TemporaryFailure, 1, None, "unknown", "row"),
    (PermissionMissing, 1, 99, "no", "page"),
    (TemporaryFailure, 1, 1357046, "unknown", "row"),
    (InvalidRequest, 1, 2018382, "no", "row"),
    (InvalidRequest, 101, None, "no", "page"),
    (TemporaryFailure, 2, None, "unknown", "row"),
    (PermissionMissing, 2, 2018344, "no", "page"),
    (PermissionMissing, 3, None, "no", "page"),
    (RateLimited, 4, None, "no", "page"),
    (RateLimited, 4, 2018022, "no", "page"),
    (PolicyBlocked, 4, 2018354, "no", "person"),
    (PolicyBlocked, 9, 2018352, "no", "person"),
    (PermissionMissing, 10, None, "no", "page"),
    (PolicyBlocked, 10, 1404170, "no", "page"),
    (PolicyBlocked, 10, 1893015, "no", "person"),
    (PolicyBlocked, 10, 1893063, "no", "page"),
    (WindowClosed, 10, 2018065, "no", "person"),
    (PermissionMissing, 10, 2018028, "no", "page"),
    (RecipientUnavailable, 10, 2018108, "no", "person"),
    (WindowClosed, 10, 2018278, "no", "person"),
    (InvalidRequest, 10, 2018336, "no", "person"),
    (InvalidRequest, 10, 2018300, "no", "person"),
    (WindowClosed, 10, 2534022, "no", "person"),
    (PermissionMissing, 10, 2534077, "no", "page"),
    (RateLimited, 17, None, "no", "page"),
    (RateLimited, 32, None, "no", "page"),
    (InvalidRequest, 100, None, "no", "row"),
    (InvalidRequest, 100, "GraphMethodException", "no", "page"),
    (InvalidRequest, 100, 33, "no", "row"),
    (InvalidRequest, 100, 1893061, "no", "row"),
    (InvalidRequest, 100, 2018001, "no", "person"),
    (InvalidRequest, 100, 2018008, "no", "row"),
    (InvalidRequest, 100, 2018014, "no", "row"),
    (InvalidRequest, 100, 2018034, "no", "row"),
    (InvalidRequest, 100, 2018047, "no", "row"),
    (InvalidRequest, 100, 2018074, "no", "row"),
    (InvalidRequest, 100, 2018109, "no", "row"),
    (InvalidRequest, 100, 2018164, "no", "job"),
    (InvalidRequest, 100, 2018294, "no", "row"),
    (InvalidRequest, 100, 2018320, "no", "row"),
    (InvalidRequest, 100, 2018328, "no", "page"),
    *((InvalidRequest, 100, subcode, "no", "row") for subcode in range(2534013, 2534038)),
    (TokenInvalid, 102, None, "no", "page"),
    (TokenInvalid, 190, None, "no", "page"),
    *((TokenInvalid, 190, subcode, "no", "page") for subcode in (458, 459, 460, 463, 464, 467, 492)),
    (InvalidRequest, 194, None, "no", "row"),
    (PermissionMissing, 200, None, "no", "page"),
    (RecipientUnavailable, 200, 1545041, "no", "person"),
    (PermissionMissing, 200, 2018021, "no", "page"),
    (PermissionMissing, 200, 2018027, "no", "page"),
    (PermissionMissing, 200, 2018028, "no", "page"),
    (PermissionMissing, 200, 2534041, "no", "page"),
    (PermissionMissing, 230, None, "no", "page"),
    (RateLimited, 341, None, "no", "page"),
    (PolicyBlocked, 368, None, "no", "page"),
    (InvalidRequest, 506, None, "no", "row"),
    (InvalidRequest, 546, None, "no", "row"),
    (RecipientUnavailable, 551, None, "no", "person"),
    (RecipientUnavailable, 551, 1545041, "no", "person"),
    (RateLimited, 613, None, "no", "page"),
    (RateLimited, 613, 1996, "no", "page"),
    (PolicyBlocked, 613, 1893016, "no", "person"),
    (PolicyBlocked, 613, 2018338, "no", "page"),
    (RateLimited, 613, 2534040, "no", "page"),
    (TemporaryFailure, 1200, None, "unknown", "row"),
    (TemporaryFailure, 1201, None, "unknown", "row"),
    (PolicyBlocked, 2022, None, "no", "page"),
    (InvalidRequest, 2200, None, "no", "page"),
    (InvalidRequest, 2500, None, "no", "job"),
    (TokenInvalid, 2500, NO_TOKEN, "no", "page"),
    (InvalidRequest, 10303, None, "no", "row"),
    (InvalidRequest, 10900, None, "no", "row"),
    (InvalidRequest, 36000, None, "no", "row"),
    (PermissionMissing, 36103, None, "no", "page"),
    (RateLimited, 80001, None, "no", "page"),
    (RateLimited, 80006, None, "no", "page"),
    (InvalidRequest, 1609005, None, "no", "row"),
    (PolicyBlocked, 2018144, None, "no", "person"),
    *((InvalidRequest, code, None, "no", "job") for code in (2018154, 2018163, 2018166)),
    (InvalidRequest, 2018171, None, "no", "page"),
    *((InvalidRequest, code, None, "no", "row") for code in MEDIA_TEMPLATE),
    (InvalidRequest, 2018218, None, "no", "person"),
    (InvalidRequest, 2018234, None, "no", "page"),
    (PermissionMissing, 2018247, None, "no", "page"),
    (InvalidRequest, 2018300, None, "no", "person"),
    (InvalidRequest, 2018321, None, "no", "person"),
    *((InvalidRequest, code, None, "no", "job") for code in range(2018389, 2018397)),
    (InvalidRequest, 9000001, None, "no", "row"),
]


def answer(code: Any, subcode: Any = None, **fields: Any) -> dict[str, Any]:
    kind = subcode if isinstance(subcode, str) and not subcode.isdigit() else "OAuthException"
    body = {"message": f"(#{code}) In Meta's words", "type": kind, "code": code, "fbtrace_id": "A1b2C3"}
    if subcode is not None and subcode != kind:
        body["error_subcode"] = subcode
    return {**body, **fields}


def test_the_table_has_no_row_that_is_not_tested() -> None:
    assert {(code, subcode) for _, code, subcode, _, _ in TABLE} == set(RULES)
    assert len(TABLE) == len(RULES)


def errors_of_all(status: int, *, write: bool = True) -> dict[tuple[int, Any], GraphError]:
    """Return the errors of all rows for an answer with this status, by their codes."""
    return {
        (code, subcode): graph_error(answer(code, subcode), status, write=write, token_sent=subcode != NO_TOKEN)
        for _, code, subcode, _, _ in TABLE
    }


def test_every_row_gives_its_class_and_says_what_a_write_has_sent() -> None:
    errors = errors_of_all(400)
    found = {codes: (type(error), error.sent, error.about) for codes, error in errors.items()}
    assert found == {(code, subcode): (kind, sent, about) for kind, code, subcode, sent, about in TABLE}


def test_every_row_keeps_what_meta_said_and_has_a_fix() -> None:
    wrong = []
    for (code, subcode), error in errors_of_all(400).items():
        said = (error.code, error.subcode, error.message, error.fbtrace_id, error.http_status)
        number = subcode if isinstance(subcode, int) else None
        has_fix = len(error.fix) > 10 and error.report().splitlines()[-1].startswith("  fix:   ")
        if said != (code, number, f"(#{code}) In Meta's words", "A1b2C3", 400) or not has_fix:
            wrong.append((code, subcode, said, error.fix))
    assert wrong == []


@pytest.mark.parametrize("status", [400, 500])
def test_every_row_has_sent_nothing_on_a_read(status: int) -> None:
    found = {codes: (type(error), error.sent) for codes, error in errors_of_all(status, write=False).items()}
    assert found == {(code, subcode): (kind, "no") for kind, code, subcode, _, _ in TABLE}


@pytest.mark.parametrize("status", [500, 503, 599])
def test_every_row_is_unknown_on_a_write_that_was_answered_with_5xx(status: int) -> None:
    found = {codes: (type(error), error.sent, error.about) for codes, error in errors_of_all(status).items()}
    assert found == {(code, subcode): (kind, "unknown", "row") for kind, code, subcode, _, _ in TABLE}


@pytest.mark.parametrize("status", [200, 400, 403, 404, 429])
def test_every_row_is_decided_by_the_codes_and_not_by_the_status(status: int) -> None:
    found = {codes: (type(error), error.sent) for codes, error in errors_of_all(status).items()}
    assert found == {(code, subcode): (kind, sent) for kind, code, subcode, sent, _ in TABLE}


def test_every_row_survives_pickle() -> None:
    def seen(error: GraphError) -> tuple[Any, ...]:
        return type(error), vars(error), str(error), error.report(), error.facts()

    errors = errors_of_all(400)
    copies = {codes: pickle.loads(pickle.dumps(error)) for codes, error in errors.items()}
    assert {codes: seen(copy) for codes, copy in copies.items()} == {
        codes: seen(error) for codes, error in errors.items()
    }


def test_an_error_leaves_context_managers_as_it_is() -> None:
    @contextlib.contextmanager
    def managed() -> Iterator[None]:
        yield

    error = graph_error(answer(613, error_user_msg="To the user"), 400, write=True, retry_after=60)

    def fail() -> None:
        with contextlib.ExitStack() as stack, managed():
            stack.enter_context(managed())
            raise error

    with pytest.raises(RateLimited) as raised:
        fail()
    assert raised.value is error


def test_every_row_says_what_may_be_done_and_where_it_comes_from() -> None:
    found = {codes: rule.retry for codes, rule in RULES.items()}
    assert found == {
        (code, subcode): "reconcile" if sent == "unknown" else "wait" if kind is RateLimited else "never"
        for kind, code, subcode, sent, _ in TABLE
    }
    assert {rule.source for rule in RULES.values()} == {META, PEER, UNCERTAIN}


def test_an_old_code_of_web_views_is_known_by_its_beginning() -> None:
    assert "Messenger Extensions" in graph_error(answer(2071005), 400, write=True).fix


def test_the_errors_have_the_fields_that_graph_gave() -> None:
    body = answer(190, 463, error_user_title="Log in", error_user_msg="Please log in again.")
    error = graph_error(body, 401, write=True)
    assert error.facts() == {
        "source": "adaptor",
        "name": "TokenInvalid",
        "severity": "fail",
        "message": "(#190) In Meta's words",
        "code": 190,
        "description": "Meta answered: (#190) In Meta's words. Log in: Please log in again. "
        "(code 190, subcode 463, fbtrace_id A1b2C3)",
        "fix": error.fix,
        "sent": "no",
        "subcode": 463,
        "type": "OAuthException",
        "user_title": "Log in",
        "user_message": "Please log in again.",
        "fbtrace_id": "A1b2C3",
        "http_status": 401,
    }
    assert "expired" in error.fix


def test_every_code_from_200_to_299_is_about_a_permission() -> None:
    errors = {code: graph_error(answer(code), 403, write=True) for code in range(200, 300)}
    found = {code: (type(error), error.sent) for code, error in errors.items()}
    assert found == dict.fromkeys(range(200, 300), (PermissionMissing, "no"))


def test_the_table_knows_every_error_that_the_sandbox_gives() -> None:
    from adaptor.sandbox.meta import errors as sandbox_errors

    given = [error for error in vars(sandbox_errors).values() if isinstance(error, sandbox_errors.GraphError)]
    given += [refuse("a").error for refuse in (sandbox_errors.invalid, sandbox_errors.too_few)]
    assert len(given) > 20
    for error in given:
        assert type(graph_error(answer(error.code, error.subcode), error.status, write=True)) is not GraphError, error


@pytest.mark.parametrize("code", [199, 300, 507, 613000, 2018388])
def test_a_code_that_no_table_has_is_a_refusal_where_the_status_says_so(code: int) -> None:
    error = graph_error(answer(code), 400, write=True)
    assert (type(error), error.sent, error.about) == (GraphError, "no", "row")
    for status in (200, 500, 503):
        error = graph_error(answer(code), status, write=True)
        assert (error.sent, error.about) == ("unknown", "row")
    assert graph_error(answer(code), 400, write=False).sent == "no"


@pytest.mark.parametrize("code", [1, 2, 1200])
def test_what_meta_itself_does_not_know_stays_unknown_whatever_the_status(code: int) -> None:
    assert graph_error(answer(code), 400, write=True).sent == "unknown"
    assert graph_error(answer(0), 400, write=True).sent == "unknown"


@pytest.mark.parametrize("code", [10, 100, 200])
@pytest.mark.parametrize(
    ("subcode", "kind", "about"),
    [
        (2018218, InvalidRequest, "person"),
        (2018247, PermissionMissing, "page"),
        (1545041, RecipientUnavailable, "person"),
        (2018278, WindowClosed, "person"),
    ],
)
def test_a_code_of_messenger_means_the_same_as_the_subcode_of_another(
    code: int, subcode: int, kind: type, about: str
) -> None:
    error = graph_error(answer(code, subcode), 400, write=True)
    assert (type(error), error.sent, error.about) == (kind, "no", about)


@pytest.mark.parametrize("code", [None, "", "abc", "²", [1], {}])
def test_an_error_without_a_readable_code_leaves_a_write_unknown(code: Any) -> None:
    error = graph_error({"message": "?", "code": code}, 400, write=True)
    assert (type(error), error.code, error.sent) == (GraphError, None, "unknown")


def test_a_message_of_megabytes_is_cut_where_it_is_shown() -> None:
    body = {"message": "y" * 3_000_000, "error_user_msg": "z" * 3_000_000, "code": 100}
    assert len(graph_error(body, 400, write=True).report()) < 5000


def test_an_error_without_words_is_still_an_error() -> None:
    assert "without a message" in str(graph_error({}, 400, write=True))


def test_a_subcode_that_is_not_listed_means_what_its_code_means() -> None:
    error = graph_error(answer(1200, 2018024), 400, write=True)
    assert (type(error), error.sent, error.subcode) == (TemporaryFailure, "unknown", 2018024)


def test_numbers_that_come_as_text_are_numbers() -> None:
    error = graph_error(answer("10", "2018278"), 400, write=True)
    assert (type(error), error.code, error.subcode) == (WindowClosed, 10, 2018278)


def test_a_missing_proof_is_about_the_credential_and_a_subcode_says_more_than_the_type() -> None:
    proof = graph_error(answer(100, "GraphMethodException"), 400, write=True)
    assert "app_secret" in proof.fix
    person = graph_error(answer(100, 2018001, type="GraphMethodException"), 400, write=True)
    assert person.about == "person"
    assert person.type == "GraphMethodException"
    other = graph_error(answer(100, 1, type="GraphMethodException"), 400, write=True)
    assert other.about == "row"


def test_the_waiting_time_is_kept_where_there_is_something_to_wait_for() -> None:
    limited = graph_error(answer(80006), 400, write=True, retry_after=300)
    assert isinstance(limited, RateLimited)
    assert limited.retry_after == 300
    assert "retry_after" not in vars(graph_error(answer(190), 400, write=True, retry_after=300))


def test_every_graph_error_says_in_a_sentence_what_was_sent() -> None:
    say: Callable[[int], str] = lambda code: graph_error(answer(code), 400, write=True).sent_sentence()  # noqa: E731
    assert say(190) == "Nothing was sent by this operation."
    assert say(1200).startswith("It may or may not have been delivered")
    assert issubclass(GraphError, AdaptorError)


def test_a_title_without_a_text_is_left_out() -> None:
    error = graph_error(answer(190, 463, error_user_title="Log in"), 401, write=True)
    assert error.headline() == "Meta answered: (#190) In Meta's words (code 190, subcode 463, fbtrace_id A1b2C3)"


@pytest.mark.parametrize("carrier", [10, 100, 200, 551])
@pytest.mark.parametrize(
    ("subcode", "kind", "about"), [(2018218, InvalidRequest, "person"), (2018247, PermissionMissing, "page")]
)
def test_codes_of_people_mean_the_same_as_subcodes(carrier: int, subcode: int, kind: Any, about: str) -> None:
    error = graph_error(answer(carrier, subcode), 400, write=True)
    assert (type(error), error.about, error.sent, error.subcode) == (kind, about, "no", subcode)


@pytest.mark.parametrize("words", ["An active access token must be used", "Hay que usar un identificador activo"])
def test_2500_is_decided_by_whether_a_token_was_sent_and_never_by_words(words: str) -> None:
    body = answer(2500, message=words)
    without = graph_error(body, 400, write=True, token_sent=False)
    with_one = graph_error(body, 400, write=True)
    assert (type(without), without.about, type(with_one), with_one.about) == (
        TokenInvalid,
        "page",
        InvalidRequest,
        "job",
    )
    assert "api_version" in with_one.fix
    assert "token" in without.fix


def test_the_window_is_closed_with_403_as_with_400() -> None:
    error = graph_error(answer(10, 2018278), 403, write=True)
    assert (type(error), error.sent, error.http_status) == (WindowClosed, "no", 403)


@pytest.mark.parametrize("body", [answer(4711), {"message": "slow down"}])
def test_an_unlisted_error_with_429_is_a_limit(body: Any) -> None:
    error = graph_error(body, 429, write=True, retry_after=7.0)
    assert (type(error), error.sent) == (RateLimited, "no")
    assert isinstance(error, RateLimited)
    assert error.retry_after == 7.0
