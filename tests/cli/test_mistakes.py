"""Every mistake gives one clear message, the right exit code and no traceback of ours."""

import re
import socket
import threading
from contextlib import contextmanager

import pytest

PEOPLE = {"data": {"consented": "no", "flag": True, "rows": [{"psid": "11", "name": "Ana"}]}}

#: What is wrong -> (the job, the exit code, what the message says).
MISTAKES = {
    "a syntax error": ('log("a")\nsend_text("1", "hi"\n', 3, ["Syntax error", "line 2", 'send_text("1", "hi"']),
    "an unknown name": ('sned_text("1", "hi")', 3, ["`sned_text` is not known", "Did you mean `send_text`?", "line 1"]),
    "an unknown name inside a function": (
        "def shape(state):\n    return reshape(state)\n\nfn(shape)",
        3,
        ["`reshape` is not known", "line 2"],
    ),
    "a lambda at the top level": ("lambda state: state", 3, ["bare function", "line 1", "fn("]),
    "an operation that is not called": ("send_text", 3, ["`send_text` alone does nothing", "Call it"]),
    "a reference at the top level": ("state.data.rows", 3, ["lazy reference", "alone does nothing", "log("]),
    "a value at the top level": ('len("x")', 3, ["gives an int", "not an operation"]),
    "if on a reference": ('if state.data.flag:\n    log("x")', 3, ["used as a condition", "line 1", "fn_if"]),
    "fn that returns nothing": (
        'def shape(state):\n    state["data"]\n\nfn(shape)',
        1,
        ["shape returned None", "step 1 · fn", "line 4", "return state"],
    ),
    "fn that returns a number": ("fn(lambda state: 42)", 1, ["returned an int", "step 1 · fn", "line 1"]),
    "a missing path in an f-string": (
        'each(state.data.rows,\n     log(f"Hello {state.data.nmae}"))',
        1,
        ["`state.data.nmae` does not exist", "psid, name", "did you mean `name`?", "step 1 · each[0] · log", "line 2"],
    ),
    "None in an f-string": ("log(f\"{data_value('nothing')}\")", 1, ["is None", "step 1 · log"]),
    "a condition that is the text no": (
        'fn_if(state.data.consented, log("x"))',
        1,
        ["is the text 'no'", "Compare it: state.data.consented == 'yes'", "step 1 · fn_if"],
    ),
    "operations built in a loop and dropped": (
        'def remind(state):\n    for row in state["data"]["rows"]:\n        send_text(row["psid"], "hi")\n'
        "    return state\n\nfn(remind)",
        3,
        ["built and dropped", "`remind`", "line 3", "each("],
    ),
    "operations built by a helper and dropped": (
        'def one(psid):\n    return send_text(psid, "hi")\n\n'
        'def remind(state):\n    for row in state["data"]["rows"]:\n        one(row["psid"])\n    return state\n\n'
        "fn(remind)",
        1,
        ["built and dropped", "line 6"],
    ),
    "calls to other systems built in a loop and dropped": (
        'def save(state):\n    for row in state["data"]["rows"]:\n        http.post("https://example.org", body=row)\n'
        "    return state\n\nfn(save)",
        3,
        ["`http.post(…)` inside the function `save` is built and dropped", "line 3", "each("],
    ),
    "a call to another system under another name, dropped": (
        "from adaptor import http as web\n\n"
        'def save(state):\n    web.put("https://example.org").catch(print)\n    return state\n\nfn(save)',
        3,
        ["`web.put(…)` inside the function `save` is built and dropped", "line 4"],
    ),
    "an operation that http does not have": (
        'http.gett("https://example.org")',
        3,
        ["`http` has no `gett`; it has delete, get, patch, post, put, request", "line 1"],
    ),
    "an operation of http that is not called": ("http.get", 3, ["`http.get` alone does nothing", "http.get(…)"]),
    "an address that is none": (
        'http.get("example.org/a", auth=("clinic", "a-literal-password"))',
        3,
        ["`url` is not an absolute http or https address (example.org/a)", "line 1", 'auth=("••'],
    ),
    "a list of operations": ('[send_text(p, "hi") for p in "12"]', 3, ["list of operations", "combine(*"]),
    "is on a reference": ("fn_if(state.data.flag is None, log(1))", 3, ["lazy reference itself", "==", "line 1"]),
    "a method of a reference": ("log(state.data.name.upper())", 3, ["called as a function", "lambda state"]),
    "a changed f-string": (
        'log(f"{state.data.flag} x".upper())',
        3,
        ["is a lazy text", "`.upper` was used on it", "line 1"],
    ),
    "a reference in join": ('log(", ".join([state.data.a, "x"]))', 3, ["str.join", "f-string"]),
    "a reference in json.dumps": ("import json\nlog(json.dumps({'a': state.data}))", 3, ["JSON", "line 2"]),
    "the lazy state inside a function": (
        'fn(lambda s: {**s, "data": f"{state.data.flag}"})',
        1,
        ["lazy reference that was never resolved", "state['data']"],
    ),
    "an exception in the job": (
        'def shape(state):\n    return {**state, "data": 1 / 0}\n\nfn(shape)',
        1,
        ["ZeroDivisionError: division by zero", "line 2", '"data": 1 / 0', "^^^^^"],
    ),
    "an exception while loading": ("import nothing_of_this_name", 3, ["ModuleNotFoundError", "line 1"]),
    "sys.exit while loading": ("import sys\nsys.exit(0)", 3, ["sys.exit()", "line 2", "Raise an error"]),
    "a relative import": ("from . import helper", 3, ["no known parent package", "line 1", "`import helper`"]),
    "sys.exit while running": (
        "import sys\nfn(lambda state: sys.exit(0))",
        1,
        ["SystemExit: 0", "sys.exit()", "step 1 · fn"],
    ),
    "a text of 2,001 characters": ('send_text("1", "x" * 2001)', 3, ["2,001 characters", "2,000", "Nothing was sent"]),
    "a text of 2,001 characters from the state": (
        'send_text("1", lambda state: "x" * 2001)',
        1,
        ["2,001 characters", "2,000", "step 1 · send_text", "Nothing was sent"],
    ),
    "fourteen quick replies": (
        'send_text("1", "hi", quick_replies=[quick_reply(str(n)) for n in range(14)])',
        3,
        ["14 quick replies", "13", "Nothing was sent"],
    ),
    "four buttons": (
        'send_template("1", button_template("hi", [postback_button(str(n)) for n in range(4)]))',
        3,
        ["4 buttons", "3", "Nothing was sent"],
    ),
    "a missing argument": ('send_text("1")', 3, ["send_text() is missing `text`", "send_text(recipient, text"]),
    "an unknown keyword": ('send_text("1", "a", quick_reply=[])', 3, ["Did you mean `quick_replies`?"]),
    "a state that is not JSON": ('fn(lambda s: {**s, "data": {"a": [{1}]}})', 1, ["state.data.a[0] is a set"]),
    "a state with NaN": ('fn(lambda s: {**s, "data": float("nan")})', 1, ["state.data is the number nan"]),
    "a state that holds itself": (
        'def loop(s):\n    d = {}\n    d["d"] = d\n    return {**s, "data": d}\n\nfn(loop)',
        1,
        ["contains itself"],
    ),
    "a missing token": ('send_text("1", "hi")', 2, ["no `access_token`", "step 1 · send_text", "--sandbox"]),
}


def without_our_traceback(text):
    assert "Traceback" not in text
    assert "adaptor/core" not in text
    assert "adaptor/runner" not in text
    return text


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_the_job_is_told_once_and_clearly(adaptor, mistake):
    script, code, words = MISTAKES[mistake]
    done = adaptor(script, state=PEOPLE)
    message = without_our_traceback(done.err)
    for word in words:
        assert word in message
    assert done.code == code
    assert len(re.findall(r"^\w+: ", message, re.MULTILINE)) == 1
    assert done.out == ""


CREDENTIALS = {
    "misspelt": ({"acces_token": "secret-token"}, "Did you mean `access_token`?"),
    "in camel case": ({"accessToken": "secret-token"}, "Did you mean `access_token`?"),
    "empty": ({"access_token": ""}, "`access_token` in the state is empty"),
    "a number": ({"access_token": 12345678}, "`access_token`"),
    "with a line break in it": ({"access_token": "secret-\ntoken"}, "holds a line break"),
    "with what stands before it in a header": ({"access_token": "Bearer secret-token"}, "begins with “Bearer ”"),
    "in quotes": ({"access_token": "'secret-token'"}, "is in quotes"),
    "for a version that is none": ({"access_token": "secret-token", "api_version": "26"}, "v26.0"),
    "for an address that is none": (
        {"access_token": "secret-token", "base_url": "graph"},
        "https://graph.facebook.com",
    ),
}


@pytest.mark.parametrize("wrong", CREDENTIALS)
def test_a_wrong_credential_is_told_before_anything_is_sent(adaptor, wrong):
    configuration, words = CREDENTIALS[wrong]
    done = adaptor('send_text("1", "hi")', state={"configuration": configuration})
    message = without_our_traceback(done.err)
    assert words in message
    assert "Nothing was sent" in message
    assert "secret-token" not in done.written()
    assert done.code == 2


INPUTS = {
    "a job that does not exist": (["nothere.py"], "nothere.py does not exist"),
    "a folder as job": (["."], "is a folder"),
    "a state file that does not exist": (["job.py", "-s", "nothere.json"], "nothere.json does not exist"),
    "a state file that is not JSON": (["job.py", "-s", "bad.json"], "The state file is not JSON"),
    "a state that is a list": (["job.py", "-S", "[1]"], "is a list, not an object"),
    "a state that is not JSON": (["job.py", "-S", "{bad"], "where: -S:1:2"),
    "a state with NaN": (["job.py", "-S", '{"data": NaN}'], "NaN"),
    "credentials that do not exist": (["job.py", "-c", "nothere.json"], "nothere.json does not exist"),
    "credentials that are not JSON": (["job.py", "-c", "bad.json"], "The credentials file is not JSON"),
    "an unknown log level": (["job.py", "-l", "loud"], "no log level `loud`"),
    "an unknown way to hide data": (["job.py", "--sanitize", "blur"], "--sanitize"),
    "an unknown option": (["job.py", "--sandboxx"], "--sandboxx"),
    "two states": (["job.py", "-s", "bad.json", "-S", "{}"], "--state-json and --state do not go together"),
    "people without a sandbox": (["job.py", "--people", "x.json"], "--people goes with --sandbox"),
    "people who do not exist": (["job.py", "--sandbox", "--people", "x.json"], "x.json"),
    "people who are not JSON": (["job.py", "--sandbox", "--people", "bad.json"], "bad.json"),
    "an output folder that does not exist": (
        ["job.py", "-o", "no/such/out.json"],
        "no/such/out.json cannot be written",
    ),
}


@pytest.mark.parametrize("wrong", INPUTS)
def test_bad_input_is_exit_code_2(adaptor, wrong, tmp_path):
    arguments, words = INPUTS[wrong]
    (tmp_path / "job.py").write_text("log(1)")
    (tmp_path / "bad.json").write_text('{"data": oops')
    done = adaptor(None, *arguments)
    message = without_our_traceback(done.err)
    assert words in message
    assert done.code == 2
    assert done.out == ""


SEND = 'send_text(state.data.psid, "hi")'


def sending(url):
    return {"data": {"psid": "6543210987654321"}, "configuration": {"access_token": "secret-token", "base_url": url}}


#: What Meta answers -> what the message says.
REFUSALS = {
    "a token that Meta refuses": (
        {"message": "Invalid OAuth access token.", "type": "OAuthException", "code": 190, "fbtrace_id": "Atrace"},
        ["TokenInvalid", "code 190", "fbtrace_id Atrace", "new Page access token"],
    ),
    "a person who has blocked the Page": (
        {"message": "(#551) This person isn't available right now.", "code": 551, "error_subcode": 1545041},
        ["RecipientUnavailable", "code 551, subcode 1545041", "unreachable"],
    ),
    "a window that is closed": (
        {"message": "(#10) This message is sent outside of allowed window.", "code": 10, "error_subcode": 2018278},
        ["WindowClosed", "send_utility"],
    ),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_meta_refuses_is_told_with_its_codes_and_what_to_do(adaptor, httpserver, refusal):
    body, words = REFUSALS[refusal]
    httpserver.expect_request("/v26.0/me/messages", method="POST").respond_with_json({"error": body}, status=400)
    done = adaptor(SEND, "-O", state=sending(httpserver.url_for("")))
    message = without_our_traceback(done.err)
    for word in [*words, "step 1 · send_text", "line 1", "Nothing was sent by this operation."]:
        assert word in message
    assert done.code == 1
    assert done.state["errors"]["job-1"]["code"] == body["code"]
    assert done.state["data"] == {"psid": "6543210987654321"}
    assert len(httpserver.log) == 1


@contextmanager
def broken_server(answer):
    """A server that reads a request, answers these bytes and closes the connection."""
    seen = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    data = b""
                    while b'"hi"' not in data and (block := connection.recv(65536)):
                        data += block
                    seen.append(data)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", seen
        finally:
            listener.shutdown(socket.SHUT_RDWR)
    thread.join()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: "

BROKEN = {
    "closes the connection after the request": (b"", "closed the connection"),
    "answers garbage": (b"\x00\x01garbage\r\n\r\n", "not HTTP"),
    "answers a page": (OK + b"6\r\n\r\n<html>", "not JSON"),
    "answers nothing": (OK + b"0\r\n\r\n", "not JSON"),
    "is cut off": (OK + b'50\r\n\r\n{"recipient', "cut off"),
    "answers without a message id": (OK + b'23\r\n\r\n{"recipient_id": "123"}', "message_id"),
}


@pytest.mark.parametrize("behaviour", BROKEN)
def test_a_server_that_behaves_badly_leaves_an_unknown_and_gets_one_request(adaptor, behaviour):
    answer, words = BROKEN[behaviour]
    with broken_server(answer) as (url, seen):
        done = adaptor(SEND, "-O", state=sending(url))
    message = without_our_traceback(done.err)
    for word in ["DeliveryUnknown", words, "It may or may not have been delivered.", "step 1 · send_text", "inbox"]:
        assert word in message
    assert done.code == 1
    assert done.state["errors"]["job-1"]["sent"] == "unknown"
    assert len(seen) == 1


def test_a_refused_connection_is_tried_again_and_then_told_as_not_sent(adaptor):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    state = sending(f"http://127.0.0.1:{port}")
    state["configuration"]["max_retries"] = 0
    done = adaptor(SEND, state=state)
    message = without_our_traceback(done.err)
    for word in ["NotSent", "refused", "step 1 · send_text", "Nothing was sent by this operation.", "base_url"]:
        assert word in message
    assert done.code == 1


def test_an_unknown_outcome_is_exit_code_1_even_where_the_job_went_on(adaptor):
    with broken_server(b"") as (url, _):
        done = adaptor(f"{SEND}.catch(lambda error, state: state)", "-O", state=sending(url))
    assert done.code == 1
    assert "errors" not in done.state
    assert "1 unknown" in done.err
