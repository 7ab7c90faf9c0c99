"""Workflows on the command line: what is logged, cached and written."""

import json
import stat

import pytest

ADD = "fn(lambda s: {**s, 'data': {**s['data'], 'n': s['data'].get('n', 0) + 1}})"
FLOW = {
    "id": "demo",
    "steps": [
        {"id": "one", "name": "First step", "expression": ADD, "next": {"two": True, "other": False}},
        {"id": "two", "expression": f"{ADD}\nlog('at work')", "next": "three"},
        {"id": "three", "expression": ADD},
        {"id": "other", "expression": ADD},
    ],
}


@pytest.fixture
def flow(adaptor):
    def start(*arguments, whole=FLOW, **more):
        return adaptor(None, "w.json", *arguments, files={"w.json": json.dumps(whole)}, **more)

    return start


def test_steps_are_shown_in_order_with_their_outcome_and_where_the_run_goes_on(flow):
    lines = [line.split("  0.")[0].strip() for line in flow().err.splitlines()]
    assert lines == [
        "▸ First step", "✓ 1 fn(<lambda line 1>)", "✓ First step",
        "▸ two", "✓ 1 fn(<lambda line 1>)", "│ at work", "✓ 2 log", "✓ two",
        "▸ three", "✓ 1 fn(<lambda line 1>)", "✓ three",
        "Done. Nothing was sent.",
    ]  # fmt: skip
    assert "→ two" in flow().err


def test_a_failed_step_is_told_once_and_named_in_the_end(flow):
    whole = {"steps": [{"id": "a", "expression": "fn(lambda s: 1 / 0)", "next": "b"}, {"id": "b", "expression": ADD}]}
    done = flow(whole=whole)
    assert done.code == 1
    assert done.err.count("ZeroDivisionError") == 1
    assert "1 of 2 steps did not end well: a." in done.err


def test_as_json_each_line_names_its_step(flow):
    lines = [json.loads(line) for line in flow("--log-json", "--run-id", "r1").err.splitlines()]
    assert [line["step"] for line in lines if line["message"].startswith("▸")] == ["one", "two", "three"]
    assert [line["next"] for line in lines if "next" in line] == [["two"], ["three"], []]
    assert (lines[-1]["run_id"], lines[-1]["exit_code"]) == ("r1", 0)


def test_options_and_the_name_of_a_workflow_may_stand_in_any_order(adaptor):
    project = {"workflows": {"x": {"jobs": {"j": {"body": ADD}}}, "y": {"jobs": {"j": {"body": "log(1)"}}}}}
    files = {"p.json": json.dumps(project)}
    assert adaptor(None, "p.json", "-O", "x", files=files).state == {"data": {"n": 1}}
    assert adaptor(None, "p.json", "x", "-O", files=files).state == {"data": {"n": 1}}


def test_a_kept_output_is_what_a_later_run_starts_from(flow, tmp_path):
    assert flow("--cache-steps", "-O").state == {"data": {"n": 3}}
    kept = tmp_path / ".adaptor" / "cache" / "demo" / "one.json"
    assert json.loads(kept.read_text()) == {"data": {"n": 1}}
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    done = flow("--start", "two", "-O")
    assert done.state == {"data": {"n": 3}}
    assert "Starting from the output of one" in done.err
    assert flow("--only", "two", "-O").state == {"data": {"n": 2}}
    assert flow("--start", "two", "-S", '{"data": {"n": 7}}', "-O").state == {"data": {"n": 9}}


def test_where_nothing_is_kept_it_is_said(flow):
    done = flow("--start", "two", "-O")
    assert done.state == {"data": {"n": 2}}
    assert "no output of one is kept" in done.err
    assert "--cache-steps" in done.err


def test_what_is_kept_holds_no_secret_and_nothing_of_a_failed_step(flow, tmp_path):
    leak = "fn(lambda s: {**s, 'data': s['configuration']['access_token']})"
    whole = {
        "id": "demo",
        "steps": [{"id": "a/b", "expression": leak, "next": "c"}, {"id": "c", "expression": "fn(lambda s: 1 / 0)"}],
    }
    flow("--cache-steps", "-s", "-", whole=whole, stdin='{"configuration": {"access_token": "secret-token"}}')
    kept = list((tmp_path / ".adaptor" / "cache" / "demo").iterdir())
    assert [file.name for file in kept] == ["a%2Fb.json"]
    assert json.loads(kept[0].read_text()) == {"data": "[redacted access_token as-is -]"}


def test_the_sandbox_and_dry_runs_need_no_credential_map(flow):
    whole = {"steps": [{"id": "a", "configuration": "page", "expression": 'send_text("1234567890123456", "hi")'}]}
    done = flow("--sandbox", whole=whole)
    assert done.code == 0
    assert "> hi" in done.err
    assert flow("--dry-run", whole=whole).code == 0
    assert flow(whole=whole).code == 2


def test_real_credentials_of_a_map_stay_out_of_the_sandbox(flow, tmp_path):
    show = "fn(lambda s: {**s, 'data': 'real' in str(s['configuration'])})"
    whole = {
        "credentials": {"app_secret": "real-secret"},
        "steps": [{"id": "a", "configuration": "p", "expression": show}],
    }
    (tmp_path / "c.json").write_text('{"p": {"access_token": "real-token", "page_id": "real"}}')
    assert flow("--sandbox", "-c", "c.json", "-O", whole=whole).state == {"data": False}


def test_what_a_job_copies_of_a_credential_of_a_yaml_map_is_redacted_in_the_output(flow, tmp_path):
    # OpenFn writes it out.
    copy = "fn(lambda s: {**s, 'data': {'copied': s['configuration']['access_token']}})"
    whole = {"steps": [{"id": "a", "configuration": "north", "expression": copy}]}
    (tmp_path / "pages.yaml").write_text("north:\n  access_token: EAAG-of-the-north\n")
    done = flow("-c", "pages.yaml", "-o", "out.json", whole=whole)
    assert done.code == 0
    assert json.loads((tmp_path / "out.json").read_text()) == {"data": {"copied": "[redacted]"}}
    assert "EAAG-of-the-north" not in done.out + done.err


def test_what_was_sent_to_whom_follows_the_credential_of_each_step(flow, tmp_path, httpserver):
    for token in ("north-token", "south-token"):
        httpserver.expect_request("/v26.0/me/messages", headers={"Authorization": f"Bearer {token}"}).respond_with_json(
            {"recipient_id": "1", "message_id": f"m_{token[:5]}"}
        )
    url = httpserver.url_for("")
    pages = {name: {"access_token": f"{name}-token", "base_url": url} for name in ("north", "south")}
    (tmp_path / "c.json").write_text(json.dumps(pages))
    send = 'send_text("1", "hi")\nfn(lambda s: {**s, "ids": [*s.get("ids", []), s["data"]["message_id"]]})'
    whole = {
        "steps": [
            {"id": "a", "configuration": "north", "expression": send, "next": "b"},
            {"id": "b", "configuration": "south", "expression": send},
        ]
    }
    assert flow("-c", "c.json", "-O", whole=whole).state["ids"] == ["m_north", "m_south"]


def test_a_token_that_only_the_first_step_has_is_told_as_such(flow):
    whole = {
        "steps": [
            {"id": "a", "expression": "log(1)", "next": "b"},
            {"id": "b", "expression": 'send_text("1234567890123456", "hi")'},
        ]
    }
    done = flow(whole=whole, state={"configuration": {"access_token": "secret-token"}})
    assert done.code == 1
    assert "`configuration` in the state is the first step's." in done.err


def test_a_folder_is_answered_with_the_file_in_it_that_was_meant(adaptor, tmp_path):
    (tmp_path / "flow").mkdir()
    (tmp_path / "flow" / "workflow.yaml").write_text("steps: []")
    done = adaptor(None, "flow")
    assert done.code == 2
    assert "Did you mean flow/workflow.yaml?" in done.err


@pytest.mark.parametrize(
    ("command", "words"),
    [("rnu", "Did you mean `run`?"), ("flow.yaml", "Write: adaptor run flow.yaml"), ("xyz", "The commands are run,")],
)
def test_a_command_that_does_not_exist_is_answered_with_the_one_that_was_meant(adaptor, command, words):
    done = adaptor(None, command=command)
    assert done.code == 2
    assert words in done.err


def test_an_option_that_does_not_exist_is_answered_with_the_one_that_was_meant(flow):
    done = flow("--tiemout", "5")
    assert done.code == 2
    assert "Did you mean `--timeout`?" in done.err


def test_that_nothing_was_run_is_said_once(adaptor):
    done = adaptor(None, "w.yaml", files={"w.yaml": "workflow:\n  steps:\n\t- id: a\n"})
    assert "YAML is indented with spaces only." in done.err
    assert done.err.count("Nothing was run.") == 1
