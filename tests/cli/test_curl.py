"""`--curl` prints a failed call as a command that a shell understands, without the credential."""

import json
import os
import re
import subprocess
from urllib.parse import parse_qs, urlsplit

import pytest

from adaptor.cli.options.curl import curl_command

WINDOW = {"error": {"message": "(#10) Outside of window.", "code": 10, "error_subcode": 2018278}}
HARD = 'it\'s "$HOME" `id` \\ !! @x é 😀\n*'


def arguments(command, **environment):
    """What a shell makes of a command: the words that curl would be given."""
    script = f"curl() {{ printf '%s\\0' \"$@\"; }}\n{command}"
    done = subprocess.run(["bash", "-c", script], env={**os.environ, **environment}, capture_output=True, check=True)
    return done.stdout.decode().split("\0")[:-1]


def request(**more):
    return {
        "method": "POST",
        "url": "https://graph.facebook.com/v26.0/me/messages",
        "params": {},
        "proof": False,
        **more,
    }


def test_a_shell_gives_curl_the_request_as_it_was_whatever_signs_are_in_it():
    body = {"recipient": {"id": "1"}, "message": {"text": HARD}}
    words = arguments(curl_command(request(body=body)), ACCESS_TOKEN="the-token")
    assert words[:3] == ["-X", "POST", "https://graph.facebook.com/v26.0/me/messages"]
    assert words[3:7] == ["-H", "Authorization: Bearer the-token", "-H", "Content-Type: application/json"]
    assert words[7] == "--data"
    assert json.loads(words[8]) == body


def test_a_read_has_its_parameters_in_the_address_and_no_body():
    words = arguments(curl_command(request(method="GET", params={"fields": HARD, "none": None, "ids": ["1", "2"]})))
    assert "--data" not in words
    assert "-X" not in words
    assert parse_qs(urlsplit(words[0]).query) == {"fields": [HARD], "ids": ["1", "2"]}


@pytest.mark.parametrize("params", [{}, {"a": "b'c"}])
def test_the_proof_of_the_app_secret_is_left_to_the_shell(params):
    words = arguments(curl_command(request(params=params, proof=True)), APPSECRET_PROOF="0f")
    query = parse_qs(urlsplit(words[2]).query)
    assert query == {**{key: [value] for key, value in params.items()}, "appsecret_proof": ["0f"]}


@pytest.fixture
def refusing(httpserver):
    httpserver.expect_request("/v26.0/me/messages").respond_with_json(WINDOW, status=400)
    return {"access_token": "EAAG-secret-token", "app_secret": "app-secret-1", "base_url": httpserver.url_for("")[:-1]}


def commands(text):
    return re.findall(r"^curl .*(?:\\\n.*)*", text, re.MULTILINE)


def test_a_run_prints_the_call_that_failed(adaptor, refusing):
    done = adaptor('send_text("1", "it\'s me")', "--curl", "-s", "-", stdin=json.dumps({"configuration": refusing}))
    (command,) = commands(done.err.replace(" \\\n", " "))
    words = arguments(command, ACCESS_TOKEN="t", APPSECRET_PROOF="p")
    assert words[2] == f"{refusing['base_url']}/v26.0/me/messages?appsecret_proof=p"
    assert json.loads(words[-1])["message"]["text"] == "it's me"
    assert "EAAG" not in done.err
    assert "app-secret" not in done.err
    assert done.code == 1


def test_calls_that_a_loop_passed_over_or_a_handler_caught_are_printed_too(adaptor, refusing):
    script = 'try_each(["1", "2"], send_text(state.data, "a"))\nsend_text("1", "b").catch(lambda error, state: state)'
    done = adaptor(script, "--curl", "-s", "-", stdin=json.dumps({"configuration": refusing}))
    assert len(commands(done.err.replace(" \\\n", " "))) == 3
    assert done.code == 0


def test_secrets_in_what_was_sent_are_redacted(adaptor, refusing):
    script = 'send_text("1", f"token {state.configuration.access_token}")'
    done = adaptor(script, "--curl", "-s", "-", stdin=json.dumps({"configuration": refusing}))
    assert '"text":"token [redacted]"' in done.err
    assert "EAAG" not in done.err


def test_nothing_is_printed_without_the_option_and_one_line_each_as_json(adaptor, refusing):
    given = json.dumps({"configuration": refusing})
    assert not commands(adaptor('send_text("1", "a")', "-s", "-", stdin=given).err)
    done = adaptor('send_text("1", "a")', "--curl", "--log-json", "-s", "-", stdin=given)
    lines = [json.loads(line) for line in done.err.splitlines()]
    (message,) = [line["message"] for line in lines if line["component"] == "curl"]
    assert message.startswith("curl -X POST '")
