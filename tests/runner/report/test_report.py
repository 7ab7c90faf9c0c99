"""The report of a run: as JSON for machines, as one page for people."""

import base64
import hashlib
import html.parser
import json
import re

import pytest

FLOW = {
    "name": "Reminders <b>of today</b>",
    "steps": [
        {"id": "hook", "type": "webhook", "next": "send"},
        {
            "id": "send",
            "name": "Send <them>",
            "expression": "try_each(['1111111111111111', 'x<script>'], send_text(state.data, 'hi'))",
            "next": {"nurse": "on_job_failure", "never": False},
        },
        {"id": "nurse", "expression": "log(1)", "next": "crash"},
        {"id": "never", "expression": "log(1)"},
        {"id": "crash", "expression": "fn(lambda s: {}['secret-token'])"},
    ],
}


@pytest.fixture
def reported(tmp_path, monkeypatch):
    """Run the workflow through the command line and read its report."""
    from adaptor.cli.main import main

    monkeypatch.chdir(tmp_path)
    (tmp_path / "w.json").write_text(json.dumps(FLOW))

    def start(file, *arguments, code=1, path="w.json"):
        with pytest.raises(SystemExit) as ended:
            main(["run", path, "--sandbox", "--report", file, "-l", "none", *arguments])
        assert ended.value.code == code
        return (tmp_path / file).read_text(encoding="utf-8")

    return start


JOB = """
from pathlib import Path

try_each(Path("people.csv"), send_text(state.data.psid, f"{state.data.day:%d}"), fail=False)
"""


def test_items_that_no_message_came_of_are_counted_in_the_report_with_their_place_and_reason(reported, tmp_path):
    (tmp_path / "people.csv").write_text(
        "psid,day\n1111111111111111,2026-12-01\n,2026-12-01\n2222,x\n12ab,2026-12-01\n"
    )
    (tmp_path / "job.py").write_text(JOB)
    report = json.loads(reported("r.json", path="job.py", code=0))
    # What Meta has refused is a recipient.
    assert [entry["recipient"] for entry in report["recipients"]] == ["1111111111111111", "12ab"]
    assert [(each["place"], each["error"]["name"]) for each in report["passed_over"]] == [
        ("step 1 · try_each[1, people.csv line 3]", "InvalidMessage"),
        ("step 1 · try_each[2, people.csv line 4]", "InvalidValue"),
    ]
    page = reported("r.html", path="job.py", code=0)
    assert "1 of 2 messages was sent. 2 items were passed over: no message could be made." in page
    assert all(f"people.csv line {line}" in page for line in (3, 4))


def test_the_report_as_json_holds_steps_edges_calls_recipients_and_errors(reported):
    report = json.loads(reported("r.json", "--run-id", "today"))
    assert report["run"]["id"] == "today"
    assert report["run"]["workflow"] == FLOW["name"]
    assert report["run"]["sent_to"] == "sandbox"
    assert (report["run"]["exit_code"], report["run"]["status"]) == (1, "with errors")
    assert report["outcomes"] == {"sent": 1, "failed": 1, "unknown": 0, "described": 0}
    steps = [(step["id"], step["outcome"], step["handled"], step["next"]) for step in report["steps"]]
    assert [step["name"] for step in report["steps"]] == ["hook", "Send <them>", "nurse", "crash"]
    assert steps == [
        ("hook", "success", False, ["send"]),
        ("send", "fail", True, ["nurse"]),
        ("nurse", "success", False, ["crash"]),
        ("crash", "fail", False, []),
    ]
    assert report["calls"] == {"send_text": {"sent": 1, "failed": 1}}
    recipients = [(entry["recipient"], entry["outcome"], entry["step"]) for entry in report["recipients"]]
    assert recipients == [("1111111111111111", "sent", "send"), ("x<script>", "failed", "send")]
    assert report["recipients"][1]["error"]["name"] == "InvalidRequest"
    assert report["recipients"][1]["error"]["fix"]
    assert [(error["step"], error["handled"]) for error in report["errors"]] == [("send", True), ("crash", False)]
    assert all(error["report"] for error in report["errors"])
    never = next(step for step in report["plan"]["steps"] if step["id"] == "send")["next"][1]
    assert never == {"to": "never", "condition": "never", "label": None, "disabled": False}
    assert all(step["seconds"] >= 0 and step["started"] >= 0 for step in report["steps"])


def test_the_report_holds_no_secret(reported):
    state = json.dumps({"configuration": {"clinic_password": "secret-token"}})
    assert "secret-token" not in reported("r.json", "-S", state)
    assert "secret-token" not in reported("r.html", "-S", state)


class Page(html.parser.HTMLParser):
    """What stands in a page: its tags, and where they lead."""

    VOID = ("meta", "input")

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.links, self.texts = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "action", "xlink:href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def test_the_page_is_whole_and_loads_nothing(reported):
    text = reported("r.html")
    page = Page()
    page.feed(text)
    assert page.open == []
    assert [link for link in page.links if not link.startswith("#")] == []
    assert "link" not in page.seen
    assert "url(" not in text
    assert "@import" not in text


def test_the_policy_allows_the_style_and_the_script_of_the_page_and_nothing_else(reported):
    text = reported("r.html")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
    parts = [re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL) for tag in ("style", "script")]
    hashes = [[base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in part] for part in parts]
    (style,), (script,) = hashes
    assert policy == (f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'")
    assert " style=" not in text
    assert re.search(r" on\w+=", text) is None


def test_the_page_shows_the_steps_and_the_errors_and_takes_no_text_for_html(reported):
    text = reported("r.html")
    page = Page()
    page.feed(text)
    shown = "".join(page.texts)
    for words in (FLOW["name"], "Send <them>", "x<script>", "InvalidRequest", "What to do:", "Ended with errors"):
        assert words in shown
    assert page.seen.count("script") == 1


def test_the_page_is_light_and_dark_and_can_be_printed(reported):
    text = reported("r.html")
    assert "prefers-color-scheme:dark" in text
    assert "@media print" in text


def test_a_run_that_was_refused_has_a_report_too(reported, tmp_path):
    (tmp_path / "w.json").write_text('{"steps": [{"id": "a", "nxt": "b", "expression": "lgo(1)"}]}')
    report = json.loads(reported("r.json", code=2))
    assert report["steps"] == []
    assert [error["name"] for error in report["errors"]] == ["FileProblem", "CannotLoad"]
    (tmp_path / "w.json").write_text('{"steps": [{"id": "a", "nxt": "b", "expression": "lgo(1)"}]}')
    assert "nxt" in reported("r.html", code=2)


def test_the_report_can_be_read_by_its_owner_alone(reported, tmp_path):
    reported("r.html")
    assert (tmp_path / "r.html").stat().st_mode & 0o777 == 0o600


def test_the_plan_in_the_report_shows_no_literal_secret_of_a_script_or_a_condition(reported, tmp_path):
    step = {"id": "a", "expression": "pwd = 'peach-orchard'; log(1)", "next": {"b": {"condition": "dict(pwd='peach')"}}}
    (tmp_path / "w.json").write_text(json.dumps({"steps": [step, {"id": "b", "expression": "log(2)"}]}))
    text = reported("r.json", code=0)
    assert "pwd" in text
    assert "peach" not in text
    assert "peach" not in reported("r.html", code=0)
