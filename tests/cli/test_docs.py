"""`adaptor docs` as people and tools use it."""

import json
import re

import pytest


@pytest.fixture
def docs(adaptor):
    def ask(*words, **more):
        return adaptor(None, *words, command="docs", **more)

    return ask


def test_without_a_name_everything_is_listed_by_group_with_a_sentence(docs):
    done = docs()
    assert done.code == 0
    groups = [line for line in done.out.splitlines() if line and not line.startswith(" ")]
    assert groups[:6] == ["control", "data", "http", "collections", "send", "bulk"]
    assert groups[-2:] == ["errors", "adaptor docs NAME shows one of them in full."]
    assert re.search(r"^  send_text +Send a text message to one person\.$", done.out, re.M)
    assert "  .then " in done.out


def test_a_name_shows_everything_about_it(docs):
    page = docs("send_text").out
    order = [
        "send_text(recipient, text, *, quick_replies=None,",
        "Send a text message to one person.",
        "Arguments\n  recipient: str | int | dict[str, Any]\n      The person's page-scoped id (PSID)",
        "messaging_type: str | None = 'RESPONSE'",
        "A lazy reference or a function of the state may stand for any value.",
        "Result\n  An operation. `data` becomes",
        "Errors\n  InvalidMessage        Refused before the wire.",
        'Example\n  send_text("6543210987654321", "Your appointment is tomorrow at 9.")\n',
        "Source\n  https://developers.facebook.com/",
    ]
    places = [page.index(text) for text in order]
    assert places == sorted(places)
    assert ">>>" not in page


def test_what_an_example_gives_is_marked(docs):
    assert "\n  → {'data': 7}\n" in docs("fn").out


def test_an_error_tells_what_a_loop_makes_of_it_its_codes_and_who_raises_it(docs):
    page = docs("WindowClosed").out
    assert page.startswith("WindowClosed (GraphError)\n")
    assert "`try_each` goes on" in page
    assert "  10/2018278, 10/2018065, 10/2534022\n      The person has to write first." in page
    assert "send_template," in page.partition("Raised by\n")[2]


def test_of_a_whole_family_of_errors_nothing_is_told_that_holds_for_some_only(docs):
    assert "try_each" not in docs("GraphError").out


@pytest.mark.parametrize("asked", ["2018278", "10/2018278"])
def test_a_code_of_metas_leads_to_its_error(docs, asked):
    assert "\n  WindowClosed  " in docs(asked).out


def test_http_shows_what_is_in_it(docs):
    assert "  http.get      Read from another system." in docs("http").out
    assert docs("http.get").out.startswith("http.get(url,")


def test_words_are_searched_for(docs):
    found = docs("opens", "web", "page").out
    assert "  url_button  Build a button that opens a web page.\n" in found
    assert "send_text" not in found


def test_a_wrong_name_is_told_with_the_one_that_was_meant(docs):
    done = docs("sned_text")
    assert done.code == 2
    assert done.out == ""
    assert "Did you mean `send_text`?" in done.err
    assert "fbtrace" not in docs("xyzzy").err


def test_lines_are_as_wide_as_the_terminal_and_no_wider_than_is_good_to_read(docs):
    for columns, widest in (("40", 40), ("72", 72), ("400", 100)):
        lines = docs("cursor", env={"COLUMNS": columns}).out.splitlines()
        longest = max(len(line) for line in lines if line.startswith("      "))
        assert widest - 20 <= longest <= widest


def test_colour_is_there_only_where_it_is_asked_for(docs):
    assert "\x1b" not in docs("send_text").out
    coloured = docs("send_text", env={"FORCE_COLOR": "1"}).out
    assert "\x1b[1mArguments\x1b[0m" in coloured
    assert "\x1b" not in docs("send_text", env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).out


def test_json_is_for_tools(docs):
    every = json.loads(docs("--format", "json").out)
    assert every["version"] == 1
    assert {"send_text", "http.get", "quick_reply"} <= {operation["name"] for operation in every["operations"]}
    one = json.loads(docs("send_text", "--format", "json").out)
    assert [operation["name"] for operation in one["operations"]] == ["send_text"]
    assert one["errors"] == []


def test_it_needs_no_network(docs, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import socket\nsocket.socket = None\n")
    done = docs("send_text", env={"PYTHONPATH": f"{tmp_path}:{__file__.partition('/tests/')[0]}"})
    assert done.code == 0, done.err
