"""`adaptor check`: everything that can be known without running, and the plan drawn."""

import json

import pytest

FLOW = """\
id: clinic
name: Reminders
steps:
  - {id: hook, type: webhook, next: load}
  - id: load
    name: Load rows
    expression: log(1)
    next:
      remind: state.data.count > 0
      nobody: {condition: on_job_failure, label: bad file}
      later: {disabled: true}
  - {id: remind, expression: log(1), configuration: page, next: end}
  - {id: nobody, expression: log(1), next: end}
  - {id: later, expression: log(1)}
  - {id: end, expression: log(1), join: all}
  - {id: lost, expression: log(1)}
"""

DRAWN = """\
Reminders
  hook (webhook)
  └─ load “Load rows”
     ├─ remind   if state.data.count > 0
     │  └─ end (waits for all)
     ├─ nobody   on_job_failure · “bad file”
     │  └─ end  ↑
     └─ later   disabled
  lost   (never reached)
"""


def test_the_plan_is_drawn_and_what_is_never_reached_is_a_warning(adaptor):
    done = adaptor(None, "w.yaml", command="check", files={"w.yaml": FLOW})
    assert done.code == 0
    assert done.out == DRAWN
    assert "warning: w.yaml:16:10: The step `lost` is never reached from `hook`." in done.err
    assert "warning: w.yaml:14:10: The step `later` is never reached" in done.err


def test_a_job_is_shown_with_its_operations(adaptor):
    done = adaptor("fn(lambda s: s)\nsend_text('1', 'hi')", command="check")
    assert done.code == 0
    assert done.out == "job.py\n  1. fn(<lambda line 1>)\n  2. send_text\n"


def test_names_of_credentials_are_looked_for_only_where_a_file_is_given(adaptor):
    files = {"w.yaml": FLOW, "c.json": '{"pages": {"access_token": "secret-token"}}'}
    assert adaptor(None, "w.yaml", command="check", files=files).code == 0
    done = adaptor(None, "w.yaml", "-c", "c.json", command="check", files=files)
    assert done.code == 2
    assert "w.yaml:12:53: The credential `page` is not in the credentials file c.json." in done.err
    assert "Did you mean `pages`?" in done.err


@pytest.mark.parametrize(
    ("credential", "words"),
    [
        ({"acces_token": "EAAtoken12345"}, "has a key `acces_token`, which does not exist"),
        ({"access_token": "Bearer EAAtoken12345"}, "begins with “Bearer ”"),
        ({"access_token": "EAAtoken12345", "api_version": "26"}, "`api_version` in the credentials file c.json"),
        ({}, "c.json has no keys"),
    ],
)
def test_a_credential_that_a_run_would_refuse_is_a_problem(adaptor, credential, words):
    files = {"c.json": json.dumps(credential)}
    done = adaptor("send_text('1', 'hi')", "-c", "c.json", command="check", files=files)
    assert (done.code, words in done.err) == (2, True), done.err
    assert "EAAtoken12345" not in done.err
    assert adaptor("log('sends nothing')", "-c", "c.json", command="check", files=files).code == 0


def test_each_of_several_pages_is_looked_at_since_a_run_chooses_one(adaptor):
    pages = {page: {"access_token": "EAAtoken12345", "page_id": page} for page in ("1020", "1121")}
    answer = {"id": "a", "expression": "send_text(state.data.psid, 'hi')"}
    steps = [{"id": "hook", "type": "webhook", "next": "a"}, answer]
    files = {"bot.json": json.dumps({"steps": steps}), "c.json": json.dumps(pages)}
    assert adaptor(None, "bot.json", "-c", "c.json", command="check", files=files).code == 0
    pages["1121"]["api_version"] = "26"
    files["c.json"] = json.dumps(pages)
    done = adaptor(None, "bot.json", "-c", "c.json", command="check", files=files)
    assert (done.code, "`api_version` in `1121` in the credentials file c.json" in done.err) == (2, True), done.err


BAD = """\
send_text("1", "x" * 2001)
text = send_text("1", "y" * 2002)
rows = open("nothere.csv").read()
each(rows, send_text("2"))
send_text("3", "hi", quick_replies=[quick_reply(str(n)) for n in range(14)])
sent = send_text("4", "never built, since it is performed at once")({})


def shape(state):
    return state


fn(shape).then(send_template("5", button_template("hi", [postback_button(str(n)) for n in range(4)])))
"""


def test_every_literal_message_that_meta_would_refuse_is_found(adaptor):
    done = adaptor(BAD, command="check")
    assert done.code == 3
    for words in (
        "job.py:1: `message.text` has 2,001 characters",
        "job.py:2: `message.text` has 2,002 characters",
        "job.py:5: `quick_replies` has 14 quick replies",
        "has 4 buttons",
        "4 problems.",
    ):
        assert words in done.err, done.err
    assert "nothere.csv" not in done.err
    assert "Traceback" not in done.err


def test_nothing_further_is_performed_once_something_is_wrong(adaptor, tmp_path):
    script = "send_text('1', 'x' * 2001)\nopen('made', 'w')\n_ = open('made', 'w')\nlog(open('made', 'w'))\n"
    assert adaptor(script, command="check").code == 3
    assert adaptor(script).code == 3
    assert not (tmp_path / "made").exists()


def test_other_tools_get_json(adaptor):
    done = adaptor(None, "w.yaml", "--format", "json", command="check", files={"w.yaml": FLOW})
    found = json.loads(done.out)
    assert done.err == ""
    assert found["ok"] is True
    assert [warning["line"] for warning in found["warnings"]] == [14, 16]
    load = next(step for step in found["plan"]["steps"] if step["id"] == "load")
    assert load["next"][1] == {"to": "nobody", "condition": "on_job_failure", "label": "bad file", "disabled": False}
    bad = adaptor(
        None, "w.yaml", "--format", "json", command="check", files={"w.yaml": FLOW.replace("next: end", "nxt: end")}
    )
    found = json.loads(bad.out)
    assert bad.code == 2
    assert found["ok"] is False
    assert found["problems"][0] == {
        "name": "FileProblem",
        "file": "w.yaml",
        "line": 12,
        "column": 59,
        "message": "`nxt` is not a key of a step.",
        "fix": "Did you mean `next`?",
    }


@pytest.mark.parametrize("path", ["nothere.json", "nothere.py", "."])
def test_a_file_that_is_not_there_is_exit_code_2(adaptor, path):
    assert adaptor(None, path, command="check").code == 2


@pytest.mark.parametrize("format_", ["text", "json"])
def test_no_secret_is_shown(adaptor, format_):
    script = 'http.get("example.org/a", auth=("clinic", "a-literal-password"))'
    done = adaptor(script, "--format", format_, command="check")
    assert done.code == 3
    assert "a-literal-password" not in done.out + done.err


def test_an_address_that_another_source_gives_than_the_token_is_a_problem_as_in_a_run(adaptor, tmp_path):
    step = {"id": "a", "expression": "send_text('1', 'x')", "configuration": {"base_url": "http://127.0.0.1:9"}}
    (tmp_path / "w.json").write_text(json.dumps({"steps": [step]}))
    (tmp_path / "c.json").write_text('{"access_token": "EAAG-a-token"}')
    for command in ("check", "run"):
        done = adaptor(None, "w.json", "-c", "c.json", command=command)
        assert done.code == 2
        assert "`base_url` comes from the step `a` of w.json" in done.err
