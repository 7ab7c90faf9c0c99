"""Lines of files as they may be shown: what may be a secret is covered, wherever the file is broken."""

import pytest

from adaptor.runner.problems.covered import Covered, covered_code

TOKEN = "EAAGm0PX4ZCpsBAKZC"


def shown(text):
    """Every line of a text as it may be shown."""
    whole, lines, begin = Covered(text), [], 0
    for line in text.split("\n"):
        lines.append(whole.line(line, begin))
        begin += len(line) + 1
    return "\n".join(lines).replace("•", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("access_token: abc\nid: a", "access_token:\nid: a"),
        ("- access_token:\n    abc\n- id: a", "- access_token:\n\n- id: a"),
        ("password:\nabc\nid: a", "password:\n\nid: a"),
        ("pem_private: |\n abc\n\n def\nid: a", "pem_private:\n\n\n\nid: a"),
        ("access_token abc\nid: a", "access_token\nid: a"),
        ("api_key=abc\nid: a", "api_key=\nid: a"),
        ("a token is missing here", "a token is missing here"),
        ("configuration:\n  dsn: abc\n  x:\n  - y\nid: a", "configuration:\n\n\n\nid: a"),
        ("configuration: {dsn: abc,\n x: y}\nid: a", "configuration:\n\nid: a"),
        ("configuration: {dsn: abc,\nx: [y", "configuration:\n"),
        ("configuration: north\nid: a", "configuration: north\nid: a"),
        ("configuration: ./keys.json\nid: a", "configuration: ./keys.json\nid: a"),
        ("configuration: dsn: abc\nid: a", "configuration:\nid: a"),
        ('{"configuration": "north", "id": 1}', '{"configuration": "north", "id": 1}'),
        ('{"id": 1, "configuration": {"dsn": 2}, "x": 3}', '{"id": 1, "configuration":'),
        ('{\n "configuration": {\n  "dsn": "}",\n  "y": 2\n },\n "x": 3}', '{\n "configuration":\n\n\n\n "x": 3}'),
        ('"acc\\u0065ss": "abc"\n"x": 1', '"acc\\u0065ss":\n"x": 1'),
        ('"token": "abc\ndef"\n"x": 1', '"token":\n\n"x": 1'),
        ('"token"\n: "abc"\n"x": 1', '"token"\n:\n"x": 1'),
        (f"text: {TOKEN} is it", "text:  is it"),
        (f"text:\n{TOKEN}x9\nid: a", "text:\n\nid: a"),
        ("a: b\n-----BEGIN PRIVATE KEY-----\nab\n-----END PRIVATE KEY-----", "a: b\n-----BEGIN \n\n PRIVATE KEY-----"),
        ("id: 6f1c2d3e-1111-2222-3333-444455556666", "id: 6f1c2d3e-1111-2222-3333-444455556666"),
        ("name: reminders_two_weeks_before", "name: reminders_two_weeks_before"),
    ],
)
def test_what_may_be_a_secret_is_covered_and_nothing_else(text, expected):
    assert shown(text) == expected


def test_what_is_covered_keeps_its_length_so_that_a_caret_keeps_its_place():
    text = '{"password": "a\tb c", "x": 1}'
    assert len(Covered(text).line(text, 0)) == len(text)
    assert Covered(text).holds(text.index("c"))
    assert not Covered(text).holds(0)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('send_text("1", "the token is here")', 'send_text("1", "the token is here")'),
        ('http.get(url, auth=("me", "pass"))', 'http.get(url, auth=("", ""))'),
        ("x = {'Authorization': 'Basic abc', \"a\": 1}", "x = {'Authorization': '', \"\": 1}"),
        ("token = state.configuration.access_token", "token = state.configuration.access_token"),
        ('if token == "abc": log("x")', 'if token == "abc": log("x")'),
        (f'log("{TOKEN}")', 'log("")'),
        ('get("https://x/?api_key=abc&a=b", auth=("u", "abc"))', 'get("https://x/?api_key=", auth=("", ""))'),
        ('password = "abc', 'password = "'),
        ('send_text("6543210987654321", "hi")', 'send_text("6543210987654321", "hi")'),
    ],
)
def test_literal_secrets_of_a_script_are_covered(line, expected):
    assert covered_code(line).replace("•", "") == expected


def test_a_large_file_is_looked_through_in_a_moment():
    Covered('{"a": "' + "xY9/" * 250_000 + '", "b": [' + '"token": {' * 2_000)
