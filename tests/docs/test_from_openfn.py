"""The page for people who come from OpenFn: each Python half is run, and each half in JavaScript is recognised."""

import re
from pathlib import Path

import pytest

from adaptor.runner import check, run
from adaptor.runner.load.openfn.javascript import PAGE
from adaptor.runner.load.openfn.names import PYTHON

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / PAGE).read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r'```\w+ title="([^"]+)"\n(.*?)```', TEXT, re.DOTALL))
ANA, BEN = "6543210987654321", "6543210987654322"

#: For each job of the page: its state, what it leaves in some keys, and the texts that each person gets.
CASES = {
    "paging": ({}, {"data": [1, 2, 3]}, {}),
    "nested": (
        {
            "data": {
                "clinics": [
                    {"patients": [{"psid": ANA, "text": "a"}, {"psid": BEN, "text": "b"}]},
                    {"patients": []},
                    {"patients": [{"psid": ANA, "text": "c"}]},
                ]
            }
        },
        {},
        {ANA: ["a", "c"], BEN: ["b"]},
    ),
    "last_reference": (
        {"data": {"clinic": "North"}},
        {"data": [{"id": 1, "clinic": "North"}, {"id": 2, "clinic": "North"}]},
        {},
    ),
    "cursor": (
        {"data": [{"created": "2026-10-30T08:00:00Z"}, {"created": "2026-11-02T08:00:00Z"}]},
        {"data": [{"created": "2026-11-02T08:00:00Z"}], "cursor": "2026-11-02T08:00:00Z"},
        {},
    ),
    "group_by": ({"data": {"rows": [{"day": "Mo"}, {"day": "Tu"}, {"day": "Mo"}]}}, {"data": {"Mo": 2, "Tu": 1}}, {}),
    "csv": ({"data": "name;consented\nAna;yes\nBen;no\n"}, {"data": [{"name": "Ana", "consented": "yes"}]}, {}),
    "errors": (
        {"data": {"rows": [{"psid": ANA, "text": "a"}, {"psid": BEN, "text": "x" * 2001}, {"psid": BEN, "text": "c"}]}},
        {"failed": [1]},
        {ANA: ["a"], BEN: ["c"]},
    ),
    "lookup": (
        {"data": [{"clinic": 2}, {"clinic": 9}]},
        {"data": [{"clinic": "South"}, {"clinic": "unknown"}]},
        {},
    ),
    "reminders": ({"day": "2026-11-29"}, {}, {ANA: ["Hello Ana, see you at 09:00."]}),
    "survey": (
        {"data": {"answers": [{"psid": ANA, "payload": "Good"}, {"psid": BEN, "payload": "?"}]}},
        {"data": {"stored": {"patient": ANA, "score": 2}}},
        {},
    ),
    "stock": (
        {
            "data": {
                "items": [
                    {"name": "gloves", "left": 3, "least": 10, "manager": ANA},
                    {"name": "masks", "left": 30, "least": 10, "manager": ANA},
                    {"name": "swabs", "left": 0, "least": 5, "manager": ANA},
                    {"name": "tape", "left": 1, "least": 2, "manager": BEN},
                ]
            }
        },
        {},
        {ANA: ["Order soon: gloves (3), swabs (0)"], BEN: ["Order soon: tape (1)"]},
    ),
}


@pytest.fixture
def api(httpserver):
    """The other system of the jobs."""
    httpserver.expect_request("/people", query_string="page=1").respond_with_json(
        {"items": [1, 2], "next": httpserver.url_for("/people?page=2")}
    )
    httpserver.expect_request("/people", query_string="page=2").respond_with_json({"items": [3], "next": None})
    rows = [
        {"name": "Ana", "psid": ANA, "consented": "yes", "time": "09:00"},
        {"name": "Ben", "psid": BEN, "consented": "no", "time": "10:00"},
        {"name": "Cho", "psid": None, "consented": "yes", "time": "11:00"},
    ]
    httpserver.expect_request("/appointments", query_string="day=2026-11-29").respond_with_json({"appointments": rows})
    observation = {"patient": ANA, "score": 2}
    httpserver.expect_request("/observations", method="POST", json=observation).respond_with_json(
        {"stored": observation}
    )
    return httpserver.url_for("").rstrip("/")


@pytest.mark.parametrize("name", CASES)
def test_a_job_of_the_page_does_what_it_says(name, api, sandbox, tmp_path):
    initial, expected, messages = CASES[name]
    job = tmp_path / f"{name}.py"
    job.write_text(BLOCKS[f"{name}.py"], encoding="utf-8")
    configuration = {"access_token": sandbox.access_token, "base_url": sandbox.url}
    result = run(job, state={**initial, "api": api, "configuration": configuration}, database=":memory:")
    assert result.exit_code == 0, result.error
    found = {key: result.state[key] for key in expected}
    if "failed" in found:
        found["failed"] = [failure["index"] for failure in found["failed"]]
    assert found == expected
    for psid in (ANA, BEN):
        texts = [message.text for message in sandbox.sent_to(psid)]
        assert texts == messages.get(psid, [])


def test_the_globals_of_the_page_are_seen_by_a_step(tmp_path):
    for name in ("globals.py", "globals.yaml"):
        (tmp_path / name).write_text(BLOCKS[name], encoding="utf-8")
    assert run(tmp_path / "globals.yaml", state={"data": {"name": "Ana"}}).state["data"] == "Good morning Ana"


def test_every_job_of_the_page_is_run_and_has_its_pair():
    jobs = {title.removesuffix(".py") for title in BLOCKS if title.endswith(".py")}
    assert jobs == {*CASES, "globals"}
    assert jobs == {title.removesuffix(".js") for title in BLOCKS if title.endswith(".js")}


@pytest.mark.parametrize("title", [title for title in BLOCKS if title.endswith(".js")])
def test_each_half_in_javascript_is_recognised(title, tmp_path):
    (tmp_path / title).write_text(BLOCKS[title], encoding="utf-8")
    assert "written in JavaScript" in str(check(tmp_path / title).problems[0])


def test_the_tables_of_the_page_hold_every_name_of_openfn_that_differs():
    of_javascript = {"axios", "JSON", "Math", "Array", "parseInt", "parseFloat", "Number", "String", "Date", "Promise"}
    assert set(PYTHON) - set(re.findall(r"\w+", TEXT)) <= {*of_javascript, "setTimeout"}
