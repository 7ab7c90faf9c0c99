"""No secret is in anything that a run writes, whatever the log level and whatever went wrong."""

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from adaptor.core.secrets.redact import appsecret_proof

TOKEN = "EAAG/t0ken+with=signs%and~more"
SECRET = "app5ecret\"with'quotes"
CONFIGURATION = {"access_token": TOKEN, "app_secret": SECRET, "password": "hunter2hunter2"}

LEAKS = """\
import base64, json, sys, urllib.parse, warnings
def say(state):
    token = state["configuration"]["access_token"]
    print(token, state["configuration"])
    sys.stderr.write(urllib.parse.quote(token, safe="") + "\\n")
    print(base64.b64encode(("Bearer " + token).encode()).decode())
    print(json.dumps(state["configuration"]))
    return {**state, "data": {"psid": "6543210987654321", "copy": [token, {token: state["configuration"]}]}}
fn(say)
log(state.configuration, f"token {state.configuration.access_token}")
"""

ENDINGS = {
    "ends well": "",
    "raises the token": 'fn(lambda s: (_ for _ in ()).throw(ValueError(s["configuration"]["access_token"])))',
    "misses a key of the configuration": "log(state.configuration.no_such_key)",
    "sends it to Meta, which quotes it": 'send_text(state.data.psid, "hi")',
    "returns it as text": 'fn(lambda s: s["configuration"]["access_token"])',
    "puts it into a message that is too long": 'send_text("1", lambda s: s["configuration"]["access_token"] * 200)',
    "uses it as a recipient": 'send_text(state.configuration.access_token, "hi")',
}

FORMS = {
    form
    for secret in (TOKEN, SECRET, "hunter2hunter2", appsecret_proof(TOKEN, SECRET))
    for form in (
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
        base64.b64encode(secret.encode()).decode()[4:-4],
    )
}


@pytest.mark.parametrize(
    "option",
    [
        ["-l", "debug"],
        ["-l", "debug", "--log-json"],
        ["--dry-run"],
        ["--sandbox"],
        ["--curl"],
        ["-l", "debug", "--sanitize", "obfuscate"],
    ],
)
@pytest.mark.parametrize("ending", ENDINGS)
def test_no_secret_is_in_anything_that_is_written(adaptor, httpserver, tmp_path, ending, option):
    error = {"message": f"Bad token {TOKEN}", "code": 190, "type": "OAuthException", "error_user_msg": TOKEN}
    httpserver.expect_request("/v26.0/me/messages").respond_with_json({"error": error}, status=400)
    credentials = {**CONFIGURATION, "base_url": httpserver.url_for("")}
    # Given on standard input, so that the test's own file is not among what was written.
    done = adaptor(
        f"{LEAKS}{ENDINGS[ending]}",
        "-s",
        "-",
        "-o",
        "out.json",
        *option,
        stdin=json.dumps({"configuration": credentials}),
    )
    assert (tmp_path / "out.json").exists()
    written = done.written()
    if "--sandbox" not in option:
        assert "[redacted]" in written
    for form in FORMS:
        assert form not in written


def test_the_token_is_in_no_url_and_no_argument_of_a_process(adaptor, httpserver):
    httpserver.expect_request("/v26.0/me/messages").respond_with_json({"recipient_id": "1", "message_id": "m_1"})
    credentials = {**CONFIGURATION, "base_url": httpserver.url_for("")}
    done = adaptor('send_text("1", "hi")', "-O", "-s", "-", stdin=json.dumps({"configuration": credentials}))
    ((request, _),) = httpserver.log
    assert TOKEN not in request.url
    assert quote(TOKEN, safe="") not in request.url
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.args["appsecret_proof"] == appsecret_proof(TOKEN, SECRET)
    assert "appsecret_proof" not in done.out
