import json
import re


def test_a_send_is_answered_with_139_bytes_as_at_meta(caller):
    response = caller.send({"text": "hi"})
    assert len(response.content) == 139
    assert re.fullmatch(rb'\{"recipient_id":"6543210987654321","message_id":"m_[A-Za-z0-9_-]{86}"\}', response.content)


def test_the_closed_window_is_answered_with_289_bytes_as_at_meta(caller):
    caller.sandbox.add_person("1", last_message_hours_ago=None)
    response = caller.send({"text": "hi"}, psid="1")
    assert len(response.content) == 289
    assert response.content.startswith(rb'{"error":{"message":"(#10) This message is sent outside of allowed window.')
    assert rb"https:\/\/developers.facebook.com\/docs\/messenger-platform\/policy-overview" in response.content


def test_a_success_carries_the_headers_that_meta_sends(caller):
    headers = caller.send({"text": "hi"}).headers
    assert headers["Content-Type"] == "application/json; charset=UTF-8"
    assert headers["facebook-api-version"] == "v26.0"
    assert re.fullmatch("A[A-Za-z0-9_-]{22}", headers["x-fb-request-id"])
    assert re.fullmatch("[A-Za-z0-9_-]{11}", headers["x-fb-trace-id"])
    assert headers["x-fb-rev"].isdigit()
    assert len(headers["X-FB-Debug"]) == 88
    assert headers["Cache-Control"] == "private, no-cache, no-store, must-revalidate"
    assert headers["Pragma"] == "no-cache"
    assert headers["Expires"] == "Sat, 01 Jan 2000 00:00:00 GMT"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Strict-Transport-Security"] == "max-age=15552000; preload"
    usage = json.loads(headers["x-business-use-case-usage"])
    assert list(usage) == [caller.sandbox.page_id]
    assert usage[caller.sandbox.page_id][0]["type"] == "messenger"
    assert "WWW-Authenticate" not in headers


def test_an_error_has_the_trace_id_of_its_request(caller):
    response = caller.get("/v26.0/me/nothing")
    trace = response.json()["error"]["fbtrace_id"]
    assert re.fullmatch("A[A-Za-z0-9_-]{22}", trace)
    assert response.headers["x-fb-request-id"] == trace


def test_an_error_challenges_with_its_message(caller):
    response = caller.get("/v26.0/me/nothing")
    expected = 'OAuth "Facebook Platform" "invalid_request" "Unknown path components: /nothing"'
    assert response.headers["WWW-Authenticate"] == expected


def test_a_message_that_quotes_the_request_cannot_break_out_of_the_header(caller):
    response = caller.send({"tëxt\r\nSet-Cookie: a=b": "x"})
    assert "Set-Cookie" not in response.headers
    assert "t?xt??Set-Cookie: a=b" in response.headers["WWW-Authenticate"]
