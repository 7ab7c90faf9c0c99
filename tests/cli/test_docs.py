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
    assert groups[-3:] == ["errors", "topics", "adaptor docs NAME shows one of them in full."]
    assert re.search(r"^  send_text +Send a text message to one person\.$", done.out, re.M)
    assert "  .then " in done.out


def test_a_name_shows_everything_about_it(docs):
    page = docs("send_text").out
    order = [
        "send_text(recipient, text, *, quick_replies=None,",
        "Send a text message to one person.",
        "Arguments\n  recipient: str | int | dict[str, Any]\n      The person's page-scoped id (PSID)",
        "messaging_type: str | None = 'RESPONSE'",
        "Any value may also be a lazy reference or a function of the state.",
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
    assert "`try_each` continues" in page
    assert "  10/2018278, 10/2018065, 10/2534022\n      The person has to write first." in page
    assert "send_template," in page.partition("Raised by\n")[2]


def test_of_a_whole_family_of_errors_nothing_is_told_that_holds_for_some_only(docs):
    assert "try_each" not in docs("GraphError").out


@pytest.mark.parametrize("asked", [["2018278"], ["10/2018278"], ["10", "2018278"]])
def test_a_code_of_metas_is_shown_with_its_meaning_what_was_sent_and_the_fix(docs, asked):
    done = docs(*asked)
    assert done.code == 0
    page = re.sub(r"\s+", " ", done.out)
    assert page.startswith("10/2018278 (WindowClosed) The message is sent outside of the allowed window.")
    assert (
        "Sent Nothing; after an answer with HTTP 5xx it is unknown. It fails again until something is changed." in page
    )
    assert "Fix The person has to write first. Outside the 24 hours only a utility template (send_utility)" in page
    assert "Source https://developers.facebook.com/" in page


def test_a_code_that_may_have_been_sent_says_so(docs):
    page = re.sub(r"\s+", " ", docs("1200").out)
    assert "Sent Unknown: a write may or may not have been carried out. It is not repeated." in page


def test_a_code_that_no_table_has_is_said_to_be_unknown(docs):
    done = docs("4711/12")
    assert (done.code, done.out) == (2, "")
    assert "No table of Meta's lists the code 4711/12." in done.err
    assert "4xx was not carried out" in done.err


def test_tools_get_a_code_as_json(docs):
    facts = json.loads(docs("100/2018218", "--format", "json").out)
    assert (facts["version"], facts["operations"], facts["errors"]) == (1, [], [])
    (code,) = facts["codes"]
    assert (code["code"], code["subcode"], code["error"], code["sent"]) == (100, 2018218, "InvalidRequest", "no")
    assert (code["about"], code["retry"]) == ("person", "never")


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


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("state", ["what a job reads and writes", "`references`", "-s state.json", "More: docs/state.md"]),
        ("workflow", ["on_job_failure", "--only STEP", "More: docs/workflows.md"]),
        ("sandbox", ["sandbox.json", "last_message_hours_ago", "--people FILE"]),
        ("dates", ["%A %d %B", "strptime", "local_time", "spreadsheet"]),
        ("errors", ["--results FILE.csv", "  2    bad input", "  WindowClosed  "]),
        ("codes", ["\nWindowClosed\n", "  10/2018278    The person has to write first.", "It may have been sent."]),
    ],
)
def test_a_topic_has_a_page(docs, asked, words):
    done = docs(asked)
    assert done.code == 0
    assert done.out.startswith(f"{asked}: ")
    for word in words:
        assert word in done.out


def test_a_topic_is_given_to_tools_too(docs):
    facts = json.loads(docs("dates", "--format", "json").out)
    assert facts["operations"] == []
    assert [page["name"] for page in facts["topics"]] == ["dates"]
    both = json.loads(docs("state", "--format", "json").out)
    assert [entry["name"] for entry in both["operations"]] == ["state"]


def test_it_needs_no_network(docs, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import socket\nsocket.socket = None\n")
    done = docs("send_text", env={"PYTHONPATH": f"{tmp_path}:{__file__.partition('/tests/')[0]}"})
    assert done.code == 0, done.err
