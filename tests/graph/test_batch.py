"""Several calls as one: what goes out, and what becomes of each part."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from adaptor import (
    DeliveryUnknown,
    GraphError,
    InvalidMessage,
    ItemsFailed,
    RateLimited,
    TokenInvalid,
    WrongCall,
    batch,
    debug_token,
    each,
    fn,
    graph_request,
    list_personas,
    send_image,
    send_text,
    state,
    typing_off,
    typing_on,
)
from adaptor.core.run.context import Run

if TYPE_CHECKING:
    from pathlib import Path

ANA, BEN, CEM = "6543210987654321", "6543210987654322", "6543210987654323"
SENT = {"message_id": "m_1"}


def part(body: Any, code: int = 200, headers: Any = None) -> dict[str, Any]:
    return {"code": code, "headers": headers or [], "body": body if isinstance(body, str) else json.dumps(body)}


def error(code: int, subcode: int | None = None, status: int = 400) -> dict[str, Any]:
    return part({"error": {"message": "no", "type": "OAuthException", "code": code, "error_subcode": subcode}}, status)


def body_of(request: bytes) -> Any:
    return json.loads(request.partition(b"\r\n\r\n")[2])


def three() -> tuple[Any, ...]:
    return send_text(ANA, "a"), send_text(BEN, "b"), send_text(CEM, "c")


def test_the_parts_are_one_call_with_forms_inside(wire: Any, http: Any, state_for: Any, run: Run) -> None:
    server = wire(http([part(SENT), part({"id": "1"})]))
    after = batch(send_text(ANA, "hä & co", messaging_type="UPDATE"), graph_request("GET", "me", {"fields": "id"}))(
        state_for(server.url)
    )
    (request,) = server.requests
    assert request.startswith(b"POST /v26.0/ HTTP/1.1")
    sent = body_of(request)
    assert sent["include_headers"] is True
    first, second = sent["batch"]
    assert (first["method"], first["relative_url"]) == ("POST", "me/messages")
    assert dict(parse_qsl(first["body"])) == {
        "messaging_type": "UPDATE",
        "recipient": f'{{"id":"{ANA}"}}',
        "message": '{"text":"hä & co"}',
    }
    assert second == {"method": "GET", "relative_url": "me?fields=id"}
    assert after["data"] == [{"outcome": "sent", "data": SENT}, {"outcome": "read", "data": {"id": "1"}}]
    assert after["failed"] == []
    assert run.outcomes["sent"] == 1


def test_every_part_has_an_outcome_of_its_own(wire: Any, http: Any, state_for: Any, run: Run) -> None:
    server = wire(http([part(SENT), error(551, 1545041), None]))
    after = batch(*three(), fail=False)(state_for(server.url))
    assert [entry["outcome"] for entry in after["data"]] == ["sent", "failed", "unknown"]
    blocked, lost = after["failed"]
    assert (blocked["index"], blocked["error"]["name"], blocked["about"], blocked["sent"]) == (
        1,
        "RecipientUnavailable",
        "person",
        "no",
    )
    assert blocked["error"]["place"] == "batch[1] · send_text"
    assert (lost["index"], lost["error"]["name"], lost["sent"]) == (2, "DeliveryUnknown", "unknown")
    assert run.outcomes == {"sent": 1, "failed": 1, "unknown": 1, "described": 0}
    assert server.seen(1) == 1


def test_people_who_cannot_be_reached_do_not_fail_a_batch(wire: Any, http: Any, state_for: Any) -> None:
    server = wire(http([part(SENT), error(551, 1545041), part(SENT)]))
    after = batch(*three())(state_for(server.url))
    assert [entry["error"]["name"] for entry in after["failed"]] == ["RecipientUnavailable"]
    with pytest.raises(ItemsFailed) as raised:
        batch(*three(), fail=True)(state_for(server.url))
    assert str(raised.value).startswith(
        "1 of 3 parts of the batch did not succeed: 1 × RecipientUnavailable. The first is number 2: "
    )


def test_an_unknown_part_fails_the_batch_at_its_end(wire: Any, http: Any, state_for: Any) -> None:
    server = wire(http([part(SENT), part("<html>", 502), part({"message_id": ""})]))
    with pytest.raises(ItemsFailed) as raised:
        batch(*three())(state_for(server.url))
    assert [entry["sent"] for entry in raised.value.details] == ["unknown", "unknown"]


def test_a_dead_token_is_told_as_such_with_all_parts(wire: Any, http: Any, state_for: Any) -> None:
    server = wire(http([part(SENT), error(190, 463), error(190, 463)]))
    with pytest.raises(TokenInvalid) as raised:
        batch(*three())(state_for(server.url))
    assert raised.value.place == "batch[1] · send_text"
    assert [entry["outcome"] for entry in raised.value.details["results"]] == ["sent", "failed", "failed"]


def test_only_parts_that_were_certainly_not_carried_out_are_repeated(
    wire: Any, http: Any, state_for: Any, run: Run, waits: list[float]
) -> None:
    again = part({**SENT, "message_id": "m_2"})
    server = wire(http([part(SENT), error(613), error(1200, status=500)]), http([again]))
    after = batch(*three(), fail=False)(state_for(server.url))
    assert [entry["outcome"] for entry in after["data"]] == ["sent", "sent", "unknown"]
    first, second = (body_of(request)["batch"] for request in server.requests)
    assert len(first) == 3
    assert [parse_qs(entry["body"])["message"] for entry in second] == [['{"text":"b"}']]
    assert len(waits) == 1
    assert run.outcomes == {"sent": 2, "failed": 0, "unknown": 1, "described": 0}


def test_meta_s_minutes_in_a_part_are_waited(
    wire: Any, http: Any, state_for: Any, run: Run, waits: list[float]
) -> None:
    usage = json.dumps({"1": [{"type": "messenger", "call_count": 100, "estimated_time_to_regain_access": 1}]})
    limited = error(80006)
    limited["headers"] = [{"name": "X-Business-Use-Case-Usage", "value": usage}]
    server = wire(http([limited]), http([part(SENT)]))
    batch(send_text(ANA, "a"))(state_for(server.url))
    assert waits == [60.0]


def test_what_is_still_refused_after_the_last_repeat_keeps_its_error(
    wire: Any, http: Any, state_for: Any, run: Run, waits: list[float]
) -> None:
    server = wire(http([part(SENT), error(613)]), http([error(613)]))
    with pytest.raises(RateLimited) as raised:
        batch(send_text(ANA, "a"), send_text(BEN, "b"))(state_for(server.url, max_retries=2))
    assert [entry["outcome"] for entry in raised.value.details["results"]] == ["sent", "failed"]
    assert (server.seen(3), len(waits)) == (3, 2)


@pytest.mark.parametrize("move", ["close", "reset"])
def test_a_lost_answer_leaves_every_part_unknown(wire: Any, moves: Any, state_for: Any, run: Run, move: str) -> None:
    server = wire(getattr(moves, move))
    with pytest.raises(DeliveryUnknown):
        batch(*three())(state_for(server.url))
    assert run.outcomes == {"sent": 0, "failed": 0, "unknown": 3, "described": 0}
    assert server.seen(1) == 1


def test_a_lost_answer_in_a_repeat_leaves_the_earlier_parts_alone(
    wire: Any, http: Any, moves: Any, state_for: Any, run: Run
) -> None:
    server = wire(http([part(SENT), error(613), error(613)]), moves.close)
    after = batch(*three(), fail=False)(state_for(server.url))
    assert [entry["outcome"] for entry in after["data"]] == ["sent", "unknown", "unknown"]
    assert run.outcomes == {"sent": 1, "failed": 0, "unknown": 2, "described": 0}


@pytest.mark.parametrize("answer", [[], [{"code": 200}] * 2, {"ok": True}, "text"])
def test_an_answer_that_does_not_fit_the_parts_is_not_trusted(
    wire: Any, http: Any, state_for: Any, run: Run, answer: Any
) -> None:
    server = wire(http(answer))
    with pytest.raises(ItemsFailed):
        batch(*three())(state_for(server.url))
    assert run.outcomes == {"sent": 0, "failed": 0, "unknown": 3, "described": 0}


def test_an_error_of_the_whole_is_the_error_of_the_batch(wire: Any, http: Any, state_for: Any, run: Run) -> None:
    server = wire(http({"error": {"message": "Invalid OAuth access token.", "code": 190}}, status=400))
    with pytest.raises(TokenInvalid) as raised:
        batch(*three())(state_for(server.url))
    assert (raised.value.operation, raised.value.place) == ("batch", "batch")
    assert run.outcomes == {"sent": 0, "failed": 3, "unknown": 0, "described": 0}


def test_metas_own_case_of_a_batch_that_was_sent_and_told_as_an_error_is_unknown(
    wire: Any, http: Any, state_for: Any, run: Run
) -> None:
    server = wire(http({"error": {"message": "Received invalid JSON reply", "code": 1, "error_subcode": 1357046}}))
    with pytest.raises(GraphError) as raised:
        batch(*three())(state_for(server.url))
    assert raised.value.sent == "unknown"
    assert run.outcomes["unknown"] == 3


def test_a_batch_that_only_reads_is_repeated_after_a_failure(
    wire: Any, http: Any, moves: Any, state_for: Any, run: Run
) -> None:
    server = wire(moves.close, http([part({"id": "1"}), None]), http([part({"id": "2"})]))
    read = graph_request("GET", "me")
    after = batch(read, read)(state_for(server.url))
    assert [entry["data"] for entry in after["data"]] == [{"id": "1"}, {"id": "2"}]


def test_a_dry_run_reads_and_describes(wire: Any, http: Any, state_for: Any) -> None:
    server = wire(http([part({"id": "1"})]))
    described: list[Any] = []
    with Run(dry_run=True, on_request=lambda request: described.append(request.described())) as run:
        after = batch(send_text(ANA, "a"), graph_request("GET", "me"), send_text(BEN, "b"))(state_for(server.url))
    assert [entry["outcome"] for entry in after["data"]] == ["described", "read", "described"]
    assert [request["body"]["message"]["text"] for request in described] == ["a", "b"]
    assert len(body_of(server.requests[0])["batch"]) == 1
    assert run.outcomes["described"] == 2


def test_local_files_go_along_as_attached_files(
    httpserver: Any, state_for: Any, take_forms: Any, tmp_path: Path
) -> None:
    forms = take_forms("/v26.0/", [part(SENT), part(SENT)])
    first, second = tmp_path / "a.png", tmp_path / "b.png"
    first.write_bytes(b"first")
    second.write_bytes(b"second")
    batch(send_image(ANA, first), send_image(BEN, second))(state_for(httpserver.url_for("")))
    ((form, files),) = forms
    assert form["include_headers"] == "true"
    names = [entry["attached_files"] for entry in json.loads(form["batch"])]
    assert [files[name][2] for name in names] == [b"first", b"second"]


def test_the_apps_own_calls_are_a_batch_of_their_own(wire: Any, http: Any, state_for: Any) -> None:
    server = wire(http([part({"id": "1"})]), http([part({"data": []})]))
    batch(graph_request("GET", "5/subscriptions", access="app"), graph_request("GET", "me"))(
        state_for(server.url, app_id="5", app_secret="s3cret-of-app")
    )
    page, app = server.requests
    assert b"Authorization: Bearer EAAG" in page
    assert b"appsecret_proof=" in page.split(b"\r\n")[0]
    assert b"Authorization: Bearer 5|s3cret-of-app" in app
    assert b"appsecret_proof" not in app


def test_a_batch_inside_a_loop_reads_the_item(wire: Any, http: Any, state_for: Any) -> None:
    server = wire(http([part(SENT), part(SENT)]))
    loop = each(state.data, batch(send_text(state.data.psid, "a"), send_text(state.data.psid, "b")))
    loop({**state_for(server.url), "data": [{"psid": ANA}, {"psid": BEN}]})
    assert len(server.requests) == 2
    assert all(ANA in entry["body"] for entry in body_of(server.requests[0])["batch"])


def test_the_headers_of_the_parts_can_be_left_out(wire: Any, http: Any, state_for: Any) -> None:
    server = wire(http([{"code": 200, "body": json.dumps(SENT)}]))
    batch(send_text(ANA, "a"), include_headers=False)(state_for(server.url))
    assert body_of(server.requests[0])["include_headers"] is False


# --- What cannot be a part --------------------------------------------------------------------------------------------


def test_more_than_50_parts_are_refused() -> None:
    batch(*[send_text(ANA, str(number)) for number in range(50)])
    with pytest.raises(WrongCall, match="at most 50 operations, but 51 were given") as refused:
        batch(*[send_text(ANA, str(number)) for number in range(51)])
    assert refused.value.fix == "Make several batches of them."


@pytest.mark.parametrize(
    ("operation", "what"),
    [
        (fn(lambda s: s), "is no single call to Graph"),
        (lambda s: s, "is no single call to Graph"),
        (batch(send_text(ANA, "a")), "is no single call to Graph"),
        (list_personas(), "reads page after page"),
    ],
)
def test_what_is_no_single_call_is_refused(operation: Any, what: str) -> None:
    with pytest.raises(WrongCall, match=rf"cannot be a part of a batch: it {what}\.$") as refused:
        batch(operation)
    assert refused.value.fix == (
        "Give operations such as send_text(…) or get_user_profile(…), or perform it by itself."
    )


def test_what_carries_a_secret_is_refused_and_the_error_says_so(wire: Any, http: Any, state_for: Any) -> None:
    server = wire(http([]))
    with pytest.raises(WrongCall, match="it carries a secret, and goes out in a call of its own") as refused:
        batch(send_text(ANA, "a"), debug_token())(state_for(server.url))
    assert refused.value.fix == "Perform it by itself."
    assert not server.requests


def test_what_makes_several_calls_is_refused_before_anything_is_sent(wire: Any, http: Any, state_for: Any) -> None:
    server = wire(http([]))
    with pytest.raises(WrongCall, match="it makes 2 calls, one after the other") as refused:
        batch(send_text(ANA, "a"), send_text(ANA, "b", typing=1))(state_for(server.url))
    assert refused.value.fix == "Perform it by itself, or leave out typing= and split=."
    with pytest.raises(WrongCall, match="it makes 2 calls"):
        batch(send_text(ANA, "x" * 2001, split=True))(state_for(server.url))
    assert server.requests == []


def test_a_part_that_is_refused_names_itself_and_nothing_is_sent(wire: Any, http: Any, state_for: Any) -> None:
    server = wire(http([]))
    with pytest.raises(InvalidMessage) as raised:
        batch(send_text(ANA, "a"), send_text(BEN, state.data.long))(
            {**state_for(server.url), "data": {"long": "x" * 2001}}
        )
    assert raised.value.place == "batch[1]"
    assert server.requests == []


def test_typing_on_and_off_for_one_person_do_not_go_together(wire: Any, http: Any, state_for: Any) -> None:
    server = wire(http([part({"recipient_id": ANA}), part({"recipient_id": BEN})]))
    with pytest.raises(InvalidMessage) as refused:
        batch(typing_on(ANA), typing_off(ANA))(state_for(server.url))
    assert refused.value.description == "The batch turns typing on and off for the same person."
    assert refused.value.fix == "Leave one of them out: a message ends the typing by itself."
    assert refused.value.details == {"field": "sender_action"}
    assert server.requests == []
    batch(typing_on(ANA), typing_off(BEN))(state_for(server.url))


def test_an_empty_batch_makes_no_call(wire: Any, http: Any, state_for: Any) -> None:
    server = wire(http([]))
    assert batch()(state_for(server.url))["data"] == []
    assert server.requests == []


def test_the_token_is_in_no_part_of_the_body(wire: Any, http: Any, state_for: Any, token: str) -> None:
    server = wire(http([part(SENT)]))
    batch(send_text(ANA, "a"))(state_for(server.url))
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert token.encode() not in body
    assert not urlsplit(head.split(b" ")[1]).query


def test_a_call_that_is_lost_as_a_whole_is_told_for_each_message(
    wire: Any, http: Any, state_for: Any, run: Run
) -> None:
    told: list[Any] = []
    run.observers.on_result = told.append
    server = wire(http({}, status=500))
    with pytest.raises(DeliveryUnknown):
        batch(*three())(state_for(server.url))
    assert [(row["outcome"], row["error"]) for row in told] == [("unknown", "DeliveryUnknown")] * 3


def test_a_batch_that_is_interrupted_leaves_its_messages_unknown(
    wire: Any, http: Any, state_for: Any, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    run.observers.on_result = told.append

    def interrupt(*given: Any, **more: Any) -> Any:
        from adaptor.wire.departure import wire as on_the_wire

        on_the_wire.left = True
        raise KeyboardInterrupt

    monkeypatch.setattr("adaptor.graph.connection.GraphConnection.exchange_parts", interrupt)
    with pytest.raises(KeyboardInterrupt):
        batch(*three())(state_for("http://127.0.0.1:9"))
    assert [row["outcome"] for row in told] == ["unknown"] * 3
