"""What counts as the same write when the world has changed, what may be made again, and what a wait is."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

import adaptor
from adaptor import (
    DeliveryUnknown,
    MissingReference,
    NotSent,
    RateLimited,
    assign_label,
    batch,
    combine,
    create_label,
    each,
    http,
    send_file,
    send_text,
    set_greeting,
    state,
    try_each,
    upload_attachment,
)
from adaptor.core.run.context import Run
from adaptor.graph.operation import GraphOperation
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.records import RunRecord
from adaptor.ledger.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ANA, BEN, CEM = "6543210987654321", "6543210987654322", "6543210987654323"
PAGE = "102030405060708"
LONG = "A sentence of words. " * 250


class Attempts:
    """The attempts of runs, each with a ledger that is opened anew."""

    def __init__(self, path: str) -> None:
        self.path = path

    @contextlib.contextmanager
    def __call__(self, name: str = "r1", **options: Any) -> Iterator[Run]:
        store = open_store(self.path)
        if store.runs.find(name) is None:
            ledger = Ledger.begin(store, RunRecord(name, "job.py", "d", "i", started=store.database.now()))
        else:
            ledger = Ledger.resume(store, name)
        ledger.enter_step("job-1", 0)
        with Run(**{"wait": lambda seconds: None, **options}, ledger=lambda: ledger) as run:
            try:
                yield run
            finally:
                ledger.close(0, finished=False)

    def counts(self, name: str = "r1") -> dict[str, int]:
        """Return how many writes stand where, as another process sees it."""
        with contextlib.closing(open_store(self.path, read_only=True)) as store:
            return store.writes.counts(name)


@pytest.fixture
def attempt(tmp_path: Path) -> Attempts:
    """Begin the run, or go on with it."""
    return Attempts(str(tmp_path / "ledger.db"))


@pytest.fixture
def said(http: Any) -> Callable[..., bytes]:
    """An answer to a message."""

    def answer(number: int = 1, **more: Any) -> bytes:
        made: bytes = http({"message_id": f"m_{number}", **more})
        return made

    return answer


@pytest.fixture
def refused(http: Any) -> Callable[[int], bytes]:
    """An answer that says no."""

    def answer(code: int, subcode: int | None = None) -> bytes:
        body = {"error": {"message": "no", "code": code, "error_subcode": subcode}}
        made: bytes = http(body, status=400)
        return made

    return answer


@pytest.fixture
def page(state_for: Any) -> Callable[..., dict[str, Any]]:
    """A state whose Page is known."""

    def build(url: str, *, data: Any = None, **configuration: Any) -> dict[str, Any]:
        known = {"page_id": PAGE, "max_retries": 0, "read_timeout": 5, **configuration}
        made: dict[str, Any] = state_for(url, **known)
        return {**made, "data": data}

    return build


def body_of(request: bytes) -> bytes:
    return request.partition(b"\r\n\r\n")[2]


def texts(server: Any) -> list[str]:
    return [json.loads(body_of(request))["message"]["text"] for request in server.requests]


# --- A message in parts -----------------------------------------------------------------------------------------------


def test_a_part_that_nobody_knows_of_makes_the_message_unknown_and_the_run_goes_on(
    wire: Any, moves: Any, said: Any, page: Any, attempt: Attempts
) -> None:
    server = wire(said(1), moves.close, said(3), said(4))
    job = each(state.data, send_text(state.data, LONG, split=True))
    with attempt(), pytest.raises(DeliveryUnknown) as raised:
        job(page(server.url, data=[ANA, BEN]))
    assert raised.value.parts_sent == ["m_1"]
    for goes_on in (True, False):
        with attempt() as run:
            after = job(page(server.url, data=[ANA, BEN]))
            assert after["data"]["message_ids"] == ["m_3", "m_4", "m_4"]
            assert run.outcomes["unknown"] == 1
        assert (run.outcomes["sent"] == 3) == goes_on
    # What comes behind the part that nobody knows of is held back, as in the first attempt.
    assert attempt.counts() == {"sent": 4, "unknown": 1}


def test_the_result_of_such_a_message_says_what_is_known_of_it(
    wire: Any, moves: Any, said: Any, page: Any, attempt: Attempts
) -> None:
    server = wire(said(1), moves.close)
    operation = send_text(ANA, LONG, split=True)
    with attempt(), pytest.raises(DeliveryUnknown):
        operation(page(server.url))
    with attempt():
        assert operation(page(server.url))["data"] == {"outcome": "unknown", "message_ids": ["m_1"]}


@pytest.mark.parametrize("loop", [each, try_each])
def test_in_a_loop_the_other_people_are_not_forgotten_on_any_attempt(
    wire: Any, moves: Any, said: Any, page: Any, attempt: Attempts, loop: Any
) -> None:
    server = wire(moves.close, said(2), said(3), said(4))
    job = loop(state.data, send_text(state.data, LONG, split=True))
    for _ in range(3):
        with attempt(), contextlib.suppress(adaptor.AdaptorError):
            job(page(server.url, data=[ANA, BEN]))
    assert attempt.counts() == {"unknown": 1, "sent": 3}
    assert len(server.requests) == 4


def test_where_the_job_has_changed_a_person_who_got_a_part_is_left_out_of_all(
    wire: Any, said: Any, refused: Any, page: Any, attempt: Attempts
) -> None:
    server = wire(said(1), refused(613))
    operation = send_text(ANA, LONG, split=True)
    with attempt(), pytest.raises(RateLimited):
        operation(page(server.url))
    with attempt() as run:
        ledger: Any = run.ledger
        ledger.leaves_out_settled = True
        assert operation(page(server.url))["data"] == {"outcome": "skipped"}
    assert server.seen(2) == 2


# --- Files ------------------------------------------------------------------------------------------------------------


def test_a_file_is_known_by_what_is_in_it_and_not_by_its_name_and_size(
    wire: Any, said: Any, refused: Any, page: Any, attempt: Attempts, tmp_path: Path
) -> None:
    def write_letters(people: list[str]) -> list[Any]:
        for number, person in enumerate(people, 1):
            (tmp_path / f"letter-{number}.pdf").write_text(f"Dear {person}")
        return [[person, str(tmp_path / f"letter-{number}.pdf")] for number, person in enumerate(people, 1)]

    server = wire(said(1), said(2), refused(190), said(3))
    job = each(state.data, send_file(state.data[0], lambda s: __import__("pathlib").Path(s["data"][1])))
    with attempt(), pytest.raises(Exception, match="no"):
        job(page(server.url, data=write_letters([ANA, BEN, CEM])))
    # Ana's row is gone: Ben's letter has Ana's name now, and is the one that he got.
    with attempt() as run:
        job(page(server.url, data=write_letters([BEN, CEM])))
    assert run.replayed == 1
    got = [body_of(request) for request in server.requests]
    assert f"Dear {BEN}".encode() in got[1]
    assert len(got) == 4
    assert f"Dear {CEM}".encode() in got[3]


def test_two_letters_of_one_name_and_size_to_one_phone_are_two_and_the_same_one_twice_is_one(
    wire: Any, said: Any, page: Any, attempt: Attempts, tmp_path: Path
) -> None:
    letters = [tmp_path / child / "letter.pdf" for child in ("ada", "bob", "again")]
    for letter, text in zip(
        letters, ("Dear parents of Ada", "Dear parents of Bob", "Dear parents of Ada"), strict=True
    ):
        letter.parent.mkdir()
        letter.write_text(text)
    server = wire(said(1), said(2))
    for times in (2, 0):
        with attempt() as run:
            each([0, 1, 2], send_file(ANA, lambda s: letters[s["data"]]))(page(server.url))
            assert run.outcomes["sent"] == times
    assert [name in body_of(sent) for sent, name in zip(server.requests, (b"of Ada", b"of Bob"), strict=True)] == [
        True
    ] * 2


# --- Calls to other systems -------------------------------------------------------------------------------------------


def answered(request: bytes) -> int:
    """Return the number of the person whom a call is about, wherever it stands."""
    return next(number for number in range(1, 7) if f"visit-{number}".encode() in request)


@pytest.mark.parametrize(
    "call",
    [
        lambda url: http.post(url, body=lambda s: s["data"].encode()),
        lambda url: http.post(url, body={"token": state.data}),
        lambda url: http.post(url, form={"passport_token": state.data}),
        lambda url: http.post(url, query={"code": state.data}),
        lambda url: http.post(url, query={"patient_token": state.data}),
        lambda url: http.post(url, headers={"X-Visit": state.data}),
        lambda url: http.post(url, files={"letter": lambda s: ("letter.txt", s["data"].encode())}),
        lambda url: http.post(url, files={"letter": lambda s: (s["data"], b"the same")}),
        lambda url: http.post(url, body={"password": state.data, "why": "the only field"}),
    ],
)
def test_calls_whose_rows_come_in_another_order_each_find_their_own(
    wire: Any, http: Any, attempt: Attempts, call: Any
) -> None:
    ok, no = http({}), http({}, status=400)
    server = wire(ok, ok, ok, no, ok, ok, ok)
    rows = [f"visit-{number}" for number in range(1, 7)]
    job = each(state.data, call(f"{server.url}/visits"))
    with attempt(), pytest.raises(Exception, match="400"):
        job({"data": rows})
    with attempt() as run:
        job({"data": rows[::-1]})
    assert run.replayed == 3
    assert [answered(request) for request in server.requests] == [1, 2, 3, 4, 6, 5, 4]


def test_files_on_the_disk_are_known_by_what_is_in_them_there_too(
    wire: Any, http: Any, attempt: Attempts, tmp_path: Path
) -> None:
    ok, no = http({}), http({}, status=400)
    server = wire(ok, no, ok, ok)
    paths = [tmp_path / f"{number}.txt" for number in (1, 2)]
    post = adaptor.http.post(f"{server.url}/letters", files={"letter": lambda s: paths[s["data"]]})
    for names in ((1, 2), (2, 1)):
        for path, number in zip(paths, names, strict=True):
            path.write_text(f"visit-{number}")
        with attempt(), contextlib.suppress(adaptor.HttpError):
            each([0, 1], post)({"data": {}})
    assert [answered(request) for request in server.requests] == [1, 2, 2]


@pytest.mark.parametrize(
    "call",
    [
        lambda url: http.post(url, body={"why": "x"}, auth=("clinic", state.configuration.password)),
        lambda url: http.post(url, body={"why": "x"}, auth={"token": state.configuration.password}),
        lambda url: http.post(url, body={"why": "x"}, headers={"X-Api-Key": state.configuration.password}),
        lambda url: http.post(url, body={"why": "x"}, headers={"X-Signed": state.configuration.password}),
        lambda url: http.post(url, body={"why": "x"}, headers={"Cookie": state.configuration.password}),
        lambda url: http.post(url, query={"who": state.configuration.password}),
        lambda url: http.post(url, query={"api_key": state.configuration.password}),
        lambda url: http.post(url, query={"of": state.configuration.key}),
        lambda url: http.post(url, query={"api_key": lambda s: f"made of {s['configuration']['password']}"[::-1]}),
        lambda url: http.post(url, body={"login": {"with": state.configuration.password}}),
        lambda url: http.post(url, form={"with": state.configuration.password}),
        lambda url: http.post(url, files={"f": ("a.txt", "x")}, form={"with": state.configuration.password}),
        lambda url: http.post(lambda s: url.replace("://", f"://me:{quote(s['configuration']['password'], safe='')}@")),
    ],
)
def test_a_new_password_makes_no_other_call_of_it(wire: Any, http: Any, attempt: Attempts, call: Any) -> None:
    server = wire(http({}))
    job = each([1, 2], call(f"{server.url}/visits"))
    for password in ("first-pass", 's3cond/"p+a ss&'):
        with attempt() as run:
            job({"data": {}, "configuration": {"password": password, "key": password}})
    assert (run.replayed, len(server.requests)) == (2, 2)


# --- Waiting ----------------------------------------------------------------------------------------------------------


def test_a_send_that_waits_to_be_repeated_is_not_being_sent(
    wire: Any, said: Any, refused: Any, page: Any, attempt: Attempts
) -> None:
    seen = []
    server = wire(refused(613), refused(613), said(1))
    with attempt(wait=lambda seconds: seen.append(attempt.counts())):
        send_text(ANA, "a")(page(server.url, max_retries=3))
    assert seen == [{"claimed": 1}] * 2
    assert attempt.counts() == {"sent": 1}


def test_who_waits_for_a_connection_is_not_sending_either(page: Any, attempt: Attempts) -> None:
    seen = []
    with attempt(wait=lambda seconds: seen.append(attempt.counts())), pytest.raises(NotSent):
        combine(send_text(ANA, "a"))(page("http://localhost:1", max_retries=2))
    assert seen == [{"claimed": 1}] * 2
    with attempt("r2", wait=lambda seconds: seen.append(attempt.counts("r2"))), pytest.raises(NotSent):
        adaptor.http.post("http://localhost:1/visits")({"data": {}})
    assert seen[2:] == [{"claimed": 1}] * 4


def test_neither_is_who_waits_since_metas_limits_are_nearly_used(
    wire: Any, http: Any, said: Any, page: Any, attempt: Attempts
) -> None:
    usage = json.dumps({"1": [{"type": "messenger", "call_count": 100}]})
    server = wire(http({"message_id": "m_1"}, headers={"x-business-use-case-usage": usage}), said(2))
    seen = []
    with attempt(wait=lambda seconds: seconds >= 1 and seen.append(attempt.counts())):
        combine(send_text(ANA, "a"), send_text(BEN, "b"))(page(server.url))
    assert seen == [{"sent": 1, "claimed": 1}]


def test_the_parts_of_a_batch_that_wait_are_not_being_sent_and_the_others_are_settled(
    wire: Any, http: Any, page: Any, attempt: Attempts
) -> None:
    def part(body: Any, code: int = 200) -> dict[str, Any]:
        return {"code": code, "body": json.dumps(body)}

    slow = part({"error": {"message": "slow", "code": 613}}, 400)
    lost, read, ok = None, part({"id": PAGE}), part({"message_id": "m_1"})
    server = wire(http([read, slow, ok, lost]), http([ok]))
    seen = []
    job = batch(
        adaptor.graph_request("GET", "me"), send_text(ANA, "a"), send_text(BEN, "b"), send_text(CEM, "c"), fail=False
    )
    with attempt(wait=lambda seconds: seen.append(attempt.counts())):
        after = job(page(server.url, max_retries=2))
    assert seen == [{"claimed": 1, "sent": 1, "unknown": 1}]
    assert [entry["outcome"] for entry in after["data"]] == ["read", "sent", "sent", "unknown"]
    assert attempt.counts() == {"sent": 2, "unknown": 1}


@pytest.mark.parametrize("many", [False, True])
def test_who_is_interrupted_while_waiting_leaves_nothing_unknown_and_it_goes_out_on_resume(
    wire: Any, http: Any, refused: Any, page: Any, attempt: Attempts, many: bool
) -> None:
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    answers = [{"code": 200, "body": json.dumps({"message_id": f"m_{number}"})} for number in (1, 2)]
    server = wire(refused(613), http(answers if many else {"message_id": "m_1"}))
    sends = [send_text(ANA, "a"), send_text(BEN, "b")]
    job = batch(*sends) if many else sends[0]
    with attempt(wait=interrupted), pytest.raises(KeyboardInterrupt):
        job(page(server.url, max_retries=2))
    assert attempt.counts() == {"claimed": 1 + many}
    with attempt():
        job(page(server.url))
    assert attempt.counts() == {"sent": 1 + many}


def test_a_run_that_is_to_end_while_it_waits_sends_nothing_more(
    wire: Any, refused: Any, page: Any, attempt: Attempts
) -> None:
    server = wire(refused(613))
    with attempt() as run:
        run.wait = lambda seconds: setattr(run.stop, "asked", KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            send_text(ANA, "a")(page(server.url, max_retries=2))
    assert attempt.counts() == {"claimed": 1}
    assert len(server.requests) == 1


# --- What may be made again -------------------------------------------------------------------------------------------


def test_an_upload_that_nobody_knows_of_is_made_again_and_what_needs_it_goes_out(
    wire: Any, http: Any, moves: Any, said: Any, page: Any, attempt: Attempts
) -> None:
    server = wire(moves.close, http({"attachment_id": "77"}), said(1))
    job = combine(
        upload_attachment("image", "https://example.org/a.png"),
        adaptor.send_image(ANA, state.data.attachment_id),
    )
    with attempt(), pytest.raises(DeliveryUnknown):
        job(page(server.url))
    with attempt() as run:
        assert job(page(server.url))["data"]["message_id"] == "m_1"
    assert run.outcomes["unknown"] == 0
    assert attempt.counts() == {"sent": 2}


@pytest.mark.parametrize(
    "operation",
    [
        assign_label(ANA, "77"),
        set_greeting("Hello!"),
        each([1], set_greeting("Hello!")),
        each([1], assign_label(ANA, "77")),
        set_greeting(lambda s: f"Hello in attempt {s['attempt']}!"),
    ],
)
def test_what_harms_nothing_is_made_again_and_no_unknown_is_left(
    wire: Any, http: Any, moves: Any, page: Any, attempt: Attempts, operation: Any
) -> None:
    server = wire(moves.close, http({"success": True}))
    with attempt(), pytest.raises(DeliveryUnknown):
        operation({**page(server.url), "attempt": 1})
    for number in (2, 3):
        with attempt():
            operation({**page(server.url), "attempt": number})
    assert attempt.counts().get("unknown", 0) == 0
    assert server.seen(2) == 2


@pytest.mark.parametrize(
    ("call", "is_idempotent"), [("put", True), ("delete", True), ("post", False), ("patch", False)]
)
def test_of_calls_to_other_systems_those_are_made_again_that_http_allows(
    wire: Any, http: Any, moves: Any, attempt: Attempts, call: str, is_idempotent: bool
) -> None:
    server = wire(moves.close, http({"id": 7}, headers={"Content-Type": "application/json"}))
    operation = getattr(adaptor.http, call)(f"{server.url}/visits/7")
    with attempt(), pytest.raises(DeliveryUnknown):
        operation({"data": {}})
    with attempt():
        assert operation({"data": {}})["data"] == ({"id": 7} if is_idempotent else {"outcome": "unknown"})
    assert len(server.requests) == 1 + is_idempotent


def test_what_depends_on_a_call_that_nobody_knows_of_says_so(
    wire: Any, moves: Any, page: Any, attempt: Attempts
) -> None:
    server = wire(moves.close)
    job = combine(create_label("Mornings"), assign_label(ANA, state.data.id))
    with attempt(), pytest.raises(DeliveryUnknown):
        job(page(server.url))
    with attempt(), pytest.raises(MissingReference, match="whose outcome is unknown") as raised:
        job(page(server.url))
    assert "not repeated" in raised.value.fix
    assert server.seen(1) == 1


#: What the words of an operation say where making it again harms nothing.
HARMLESS = ("again does no harm",)
WRITES = [
    operation
    for name in adaptor.__all__
    if "DeliveryUnknown: The answer was lost." in ((operation := getattr(adaptor, name)).__doc__ or "")
]


def test_what_is_made_again_says_that_this_harms_nothing_and_nothing_else_does() -> None:
    known = {
        "create_subscription": lambda make: make("https://example.org/hook", "messages", verify_token="a word"),
        "set_messenger_profile": lambda make: make(greeting="Hello!"),
        "set_nlp_configs": lambda make: make(nlp_enabled=True),
        "reply_to_comment": lambda make: make("1_2", "Thank you"),
        "update_welcome_message_flow": lambda make: make("1", name="Sign up"),
        "create_message_template": lambda make: make("reminder", "en", [adaptor.template_body("Hi.")]),
    }
    harmless, repeatable = set(), set()
    for build in WRITES:
        made = known.get(build.__name__, _built)(build)
        if not isinstance(made, GraphOperation):
            continue
        if any(words in build.__doc__ for words in HARMLESS):
            harmless.add(build.__name__)
        if made.draft.is_idempotent:
            repeatable.add(build.__name__)
    assert harmless == repeatable
    assert {"upload_attachment", "assign_label", "set_greeting", "block_user"} <= repeatable
    assert not {"create_label", "create_persona", "create_message_template", "send_text"} & repeatable


def _built(build: Any) -> Any:
    """Build an operation whose arguments are all known later."""
    import inspect

    needed = [
        parameter.name
        for parameter in inspect.signature(build).parameters.values()
        if parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    return build(*(getattr(state.data, name) for name in needed))


# --- Keys -------------------------------------------------------------------------------------------------------------


def test_a_key_whose_send_was_certainly_refused_is_tried_again_by_a_later_run_and_not_by_the_same(
    wire: Any, said: Any, refused: Any, page: Any, attempt: Attempts
) -> None:
    server = wire(refused(10, 2018278), said(1))
    operation = try_each([ANA], send_text(state.data, "a", key="visit-17"), fail=False)
    for _ in range(2):
        with attempt("monday"):
            assert operation(page(server.url))["failed"][0]["about"] == "person"
    assert len(server.requests) == 1
    for _ in range(2):
        with attempt("tuesday"):
            assert operation(page(server.url))["data"] == {"message_id": "m_1"}
    with attempt("wednesday"):
        assert operation(page(server.url))["data"] == {"message_id": "m_1"}
    assert len(server.requests) == 2


def test_a_key_that_nobody_knows_of_stays_blocked(
    wire: Any, moves: Any, said: Any, page: Any, attempt: Attempts
) -> None:
    server = wire(moves.close, said(1))
    operation = send_text(ANA, "a", key="visit-17")
    with attempt("monday"), pytest.raises(DeliveryUnknown):
        operation(page(server.url))
    with attempt("tuesday"):
        assert operation(page(server.url))["data"] == {"outcome": "unknown"}
    assert server.seen(1) == 1


def test_a_key_of_somebody_whom_an_earlier_run_was_told_to_skip_is_sent_by_a_later_one(
    wire: Any, said: Any, page: Any, attempt: Attempts
) -> None:
    server = wire(said(1))
    campaign = adaptor.broadcast(state.data, send_text(state.data, "a"), key="visit-17", skip=state.nobody)
    for name, skipped in (("monday", [ANA]), ("tuesday", [])):
        with attempt(name):
            campaign({**page(server.url, data=[ANA]), "nobody": skipped})
    assert texts(server) == ["a"]


# --- An answer about somebody else ------------------------------------------------------------------------------------


def test_an_answer_about_somebody_else_makes_a_send_unknown(wire: Any, said: Any, page: Any, attempt: Attempts) -> None:
    server = wire(said(1, recipient_id=BEN), said(2, recipient_id=BEN))
    with attempt(), pytest.raises(DeliveryUnknown, match="about another person"):
        each(state.data, send_text(state.data, "a"))(page(server.url, data=[BEN, ANA]))
    assert attempt.counts() == {"sent": 1, "unknown": 1}


def test_an_answer_with_an_id_that_nobody_was_written_to_is_let_be(
    wire: Any, said: Any, page: Any, attempt: Attempts
) -> None:
    server = wire(said(1, recipient_id=BEN))
    with attempt():
        send_text(ANA, "a")(page(server.url))
    assert attempt.counts() == {"sent": 1}


def test_who_is_named_otherwise_may_have_another_id_in_the_answer(
    wire: Any, said: Any, page: Any, attempt: Attempts
) -> None:
    server = wire(said(1, recipient_id=BEN))
    with attempt():
        adaptor.private_reply({"comment_id": "1_2"}, "Thank you")(page(server.url))
        send_text({"user_ref": "abc"}, "Hello")(page(server.url))
    assert attempt.counts() == {"sent": 2}


@pytest.mark.parametrize("to_ben", [{"recipient_id": ANA}, {"recipient_id": BEN}, {}, {"error": {"code": 613}}])
def test_in_a_batch_neither_is_known_of_whom_an_answer_belongs_to_another(
    wire: Any, http: Any, page: Any, attempt: Attempts, to_ben: dict[str, Any]
) -> None:
    bodies = [{"message_id": "m_1", "recipient_id": BEN}, {"message_id": "m_2", **to_ben}]
    bodies.append({"message_id": "m_3", "recipient_id": CEM})
    server = wire(http([{"code": 200, "body": json.dumps(body)} for body in bodies]))
    with attempt():
        after = batch(*(send_text(whom, "a") for whom in (ANA, BEN, CEM)), fail=False)(page(server.url, max_retries=2))
    assert [entry["outcome"] for entry in after["data"]] == ["unknown", "unknown", "sent"]
    assert attempt.counts() == {"unknown": 2, "sent": 1}
    assert server.seen(1) == 1


def test_a_broadcast_whose_answers_are_in_the_wrong_order_knows_of_none_of_them(
    wire: Any, http: Any, page: Any, attempt: Attempts
) -> None:
    bodies = [{"message_id": f"m_{whom}", "recipient_id": whom} for whom in (BEN, ANA, CEM)]
    server = wire(http([{"code": 200, "body": json.dumps(body)} for body in bodies]))
    with attempt():
        after = adaptor.broadcast(state.data, send_text(state.data, "a"), fail=False)(
            page(server.url, data=[ANA, BEN, CEM])
        )
    assert after["data"]["outcomes"] == {"sent": 1, "unknown": 2}


def test_an_upload_whose_answer_was_lost_is_made_again_in_a_session_of_its_own(
    wire: Any, http: Any, moves: Any, page: Any, attempt: Attempts, tmp_path: Path
) -> None:
    picture = tmp_path / "map.png"
    picture.write_bytes(b"\x89PNG")
    server = wire(
        http({"id": "upload:A?sig=1"}), moves.close, http({"id": "upload:B?sig=2"}), http({"h": "4::b"}), moves.close
    )
    operation = adaptor.upload_template_image(picture)
    with attempt(), pytest.raises(DeliveryUnknown):
        operation(page(server.url, app_id="7"))
    with attempt():
        assert operation(page(server.url, app_id="7"))["data"] == {"h": "4::b"}
    assert [b"/upload:A?sig=1" in server.requests[1], b"/upload:B?sig=2" in server.requests[3]] == [True, True]
    assert b"\r\nfile_offset: 0\r\n" in server.requests[3]
    assert attempt.counts().get("unknown", 0) == 0


def test_an_upload_that_was_made_gives_its_handle_again(
    wire: Any, http: Any, page: Any, attempt: Attempts, tmp_path: Path
) -> None:
    picture = tmp_path / "map.png"
    picture.write_bytes(b"\x89PNG")
    sessions = [http({"id": f"upload:{name}"}) for name in "AB"]
    server = wire(sessions[0], http({"h": "4::a"}), sessions[1])
    operation = adaptor.upload_template_image(picture)
    for _ in range(2):
        with attempt():
            assert operation(page(server.url, app_id="7"))["data"] == {"h": "4::a"}
    assert len(server.requests) == 3
