"""Bad input of every kind: one message, the right code, no partial output file, no traceback of ours."""

import json
import os
import resource
import subprocess
import sys

import pytest

SAME = "fn(lambda s: s)"


def flow(*steps, **more):
    return json.dumps({"steps": list(steps), **more}, indent=1)


def step(id="a", **more):  # noqa: A002 - as in the file
    return {"id": id, "expression": SAME, **more}


#: What is wrong -> (the workflow file, the exit code, what the message says).
WORKFLOWS = {
    "not JSON": ("{bad", 2, ["w.json:1:2", "not JSON"]),
    "a comma at the end": ('{"steps": [],\n}', 2, ["w.json:", "a comma before a closing bracket"]),
    "empty": ("", 2, ["The workflow is empty."]),
    "a list": ("[]", 2, ["The workflow is a list, not an object"]),
    "NaN": ('{"steps": NaN}', 2, ["NaN"]),
    "a key twice": ('{"steps": [],\n "steps": []}', 2, ["`steps` occurs twice"]),
    "not UTF-8": (b"\xff\xfe{", 2, ["not UTF-8"]),
    "nested too deeply": ("[" * 100_000, 2, ["nested too deeply"]),
    "no steps": ("{}", 2, ["`steps` is missing"]),
    "steps that are an object": ('{"steps": {}}', 2, ["`steps` is an object, not a list"]),
    "no step in the list": ('{"steps": []}', 2, ["There are no steps"]),
    "a step that is text": ('{"steps": ["a"]}', 2, ["This step is text, not an object"]),
    "an id that is a number": (flow(step(5)), 2, ["`id` is a number, not text", "w.json:4:"]),
    "an id twice": (flow(step(), step()), 2, ["Two steps have the id `a`"]),
    "an unknown key of a step": (flow(step(nxt="b")), 2, ["`nxt` is not a key of a step", "Did you mean `next`?"]),
    "an unknown key of the workflow": (flow(step(), stpes=[]), 2, ["Did you mean `steps`?"]),
    "an unknown option": (
        json.dumps({"workflow": {"steps": [step()]}, "options": {"strat": "a"}}),
        2,
        ["`strat` is not a key of the options", "Did you mean `start`?"],
    ),
    "a start that is not there": (flow(step(), start="b"), 2, ["`start` names the step `b`"]),
    "a target that is not there": (flow(step(next="b"), step("bb")), 2, ["leads to `b`", "Did you mean `bb`?"]),
    "a circle by text": (flow(step(next="b"), step("b", next="a")), 2, ["in a circle: a → b → a"]),
    "a circle by objects": (
        flow(step(next={"b": {"condition": "always"}}), step("b", next={"a": "on_job_failure"})),
        2,
        ["in a circle: a → b → a"],
    ),
    "a step that leads to itself": (flow(step(next={"a": True})), 2, ["in a circle: a → a"]),
    "next as a list": (flow(step(next=["b"]), step("b")), 2, ["`next` is a list, not text or an object"]),
    "an edge that is a number": (flow(step(next={"b": 5}), step("b")), 2, ["The edge to `b` is a number"]),
    "an edge with an unknown key": (
        flow(step(next={"b": {"conditon": "x"}}), step("b")),
        2,
        ["`conditon` is not a key of an edge", "Did you mean `condition`?"],
    ),
    "a condition that is no Python": (flow(step(next={"b": "state.x >"}), step("b")), 2, ["not a Python expression"]),
    "a condition in JavaScript": (flow(step(next={"b": "!state.x"}), step("b")), 2, ["Did you mean `not state.x`?"]),
    "a condition that raises": (flow(step(next={"b": "1 / 0"}), step("b")), 3, ["edge a → b", "ZeroDivisionError"]),
    "an expression that is a number": (flow(step(expression=5)), 2, ["`expression` is a number, not text"]),
    "a script that is not there": (flow(step(expression="./jbo.py")), 2, ["does not exist", "Did you mean `job.py`?"]),
    "a folder as script": (flow(step(expression="folder/")), 2, ["is a folder"]),
    "an expression that is no Python": (flow(step(expression="fn(lambda s:")), 3, ['step "a"', "Syntax error"]),
    "an unknown name in an expression": (flow(step(expression="log(1)\nlgo(2)")), 3, ['step "a", line 2', "`log`"]),
    "a text that is too long": (
        flow(step(expression='send_text("1", "x" * 2001)')),
        3,
        ["2,001 characters", 'step "a", line 1'],
    ),
    "state that is a list": (flow(step(state=[])), 2, ["`state` is a list"]),
    "a state file that is not there": (flow(step(state="./s.json")), 2, ["s.json does not exist"]),
    "a state file that is not JSON": (flow(step(state="./bad.json")), 2, ["bad.json:1:2"]),
    "a credential that nobody gave": (flow(step(configuration="page")), 2, ["`page` is not known", "-c FILE"]),
    "a join of an unknown kind": (flow(step(join="some")), 2, ["`join` cannot be `some`"]),
    "a trigger of an unknown kind": (flow({"id": "t", "type": "webhok"}), 2, ["Did you mean `webhook`?"]),
    "globals that are not there": (flow(step(), globals="./g.py"), 2, ["g.py does not exist"]),
}


def once(text):
    assert "Traceback" not in text
    assert 'File "' not in text
    assert "adaptor/runner" not in text
    assert "itself has a fault" not in text
    return text


@pytest.fixture
def flows(adaptor, tmp_path):
    def start(text, *arguments, name="w.json", **more):
        (tmp_path / "folder").mkdir(exist_ok=True)
        (tmp_path / "job.py").write_text(SAME)
        (tmp_path / "bad.json").write_text("{oops")
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return adaptor(None, name, "-o", "out.json", *arguments, **more)

    return start


@pytest.mark.parametrize("wrong", WORKFLOWS)
def test_a_workflow_that_cannot_be_run_is_told_once_and_clearly(flows, tmp_path, wrong):
    text, code, words = WORKFLOWS[wrong]
    done = flows(text)
    message = once(done.err)
    for word in words:
        assert word in message
    assert done.code == code, message
    assert not (tmp_path / "out.json").exists()
    assert done.out == ""
    if code == 2:
        assert message.endswith("Nothing was run.\n")
        assert message.count("\n  fix: ") + message.count("\n    fix: ") == 1, message


def test_all_problems_are_told_at_once(flows):
    done = flows(
        flow(
            step(nxt="b", next={"c": "!x", "b": True}),
            step("b", expression='send_text("1", "x" * 2001)\nlog(1)\nsend_text("1")'),
            step("b"),
        )
    )
    message = once(done.err)
    for words in ("`nxt`", "leads to `c`", "`!x`", "Two steps have the id `b`", "2,001 characters", "missing `text`"):
        assert words in message
    assert "6 problems." in message
    assert done.code == 2


def test_nothing_is_sent_where_a_later_step_is_wrong(flows, httpserver):
    configuration = {"access_token": "secret-token", "base_url": httpserver.url_for("")}
    steps = [step(expression='send_text("1", "hi")', next="b"), step("b", expression="lgo(1)")]
    done = flows(flow(*steps), state={"configuration": configuration})
    assert done.code == 3
    assert httpserver.log == []


YAML = {
    "a tab": ("steps:\n\t- id: a\n", ["w.yaml:2:1", "there is a tab where spaces must be"]),
    "a bracket that is not closed": ("steps: [a\n", ["w.yaml:2:1", "not YAML"]),
    "a key twice": ("steps: []\nsteps: []\n", ["w.yaml:2:1", "`steps` occurs twice"]),
    "an alias that holds itself": ("steps: &a\n  - *a\n", ["contains itself"]),
    "a number that is none": ("steps: .nan\n", ["no number that JSON has"]),
    "a tag": ("steps: !!python/object:os.system []\n", ["w.yaml:1:8"]),
    "nothing": ("", ["The workflow is empty."]),
}


@pytest.mark.parametrize("wrong", YAML)
def test_yaml_that_cannot_be_read_is_told_with_its_place(flows, wrong):
    text, words = YAML[wrong]
    done = flows(text, name="w.yaml")
    message = once(done.err)
    for word in words:
        assert word in message
    assert done.code == 2


OPTIONS = {
    "an unknown step": (["--start", "nope"], "There is no step `nope`"),
    "only and start": (["--start", "a", "--only", "a"], "--only does not go with"),
    "a name for a workflow that has none": (["name"], "without a name to choose by"),
    "a timeout that is none": (["--timeout", "soon"], "--timeout"),
    "a timeout of nothing": (["--run-timeout", "0"], "--run-timeout"),
    "a memory limit that nothing fits in": (["--memory-limit", "5"], "--memory-limit"),
    "a run id with a slash": (["--run-id", "a/b"], "cannot be the name of a run"),
    "a report in a folder that is not there": (["--report", "no/r.json"], "no/r.json cannot be written"),
    "credentials that hold a list": (["-c", "list.yaml"], "The credentials file is a list, not an object."),
    "an option that does not exist": (["--strat", "a"], "--strat"),
}


@pytest.mark.parametrize("wrong", OPTIONS)
def test_a_wrong_option_is_exit_code_2(flows, tmp_path, wrong):
    arguments, words = OPTIONS[wrong]
    (tmp_path / "list.yaml").write_text("- 1\n")
    done = flows(flow(step()), *arguments)
    assert words in once(done.err)
    assert done.code == 2
    assert not (tmp_path / "out.json").exists()


@pytest.mark.long
def test_a_state_of_50_mb_passes_through(flows, tmp_path):
    rows = [{"psid": str(10**15 + number), "name": "n" * 300} for number in range(140_000)]
    (tmp_path / "large.json").write_text(json.dumps({"data": rows}))
    assert (tmp_path / "large.json").stat().st_size > 45e6
    done = flows(flow(step(next="b"), step("b")), "-s", "large.json", "-l", "error")
    assert (done.code, done.err) == (0, "")
    assert (tmp_path / "out.json").stat().st_size > 40e6


@pytest.mark.skipif(
    os.geteuid() == 0 and not os.path.exists("/proc/sys/kernel"), reason="needs a folder nobody may write to"
)
def test_an_output_folder_that_may_not_be_written_to_is_told_before_anything_runs(adaptor):
    # Not even the superuser writes there.
    done = adaptor("log('ran')", "-o", "/proc/sys/kernel/out.json")
    assert "cannot be written" in once(done.err)
    assert done.code in (1, 2)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_device_as_standard_output_is_told(tmp_path, environment):
    (tmp_path / "job.py").write_text(SAME)
    command = f'"{sys.executable}" -m adaptor run job.py -O > /dev/full'
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "cannot be written" in once(done.stderr)


def test_a_full_disk_leaves_the_old_output_and_no_other_file(tmp_path, environment):
    (tmp_path / "job.py").write_text("fn(lambda s: {**s, 'data': 'x' * 100_000})")
    (tmp_path / "out.json").write_text("old")
    done = subprocess.run(
        [sys.executable, "-B", "-m", "adaptor", "run", "job.py", "-o", "out.json", "--report", "r.html"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
    )
    assert done.returncode == 1
    assert "cannot be written" in once(done.stderr)
    assert (tmp_path / "out.json").read_text() == "old"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["job.py", "out.json"]


def test_a_reader_that_goes_away_is_no_error_for_a_workflow(flows, tmp_path, environment):
    (tmp_path / "w.json").write_text(flow(step(expression="fn(lambda s: {**s, 'data': 'x' * 5_000_000})")))
    command = f'"{sys.executable}" -m adaptor run w.json -O | head -c 3; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.stdout.endswith("0\n")
    assert "rror" not in done.stderr


def test_a_device_without_an_end_is_refused(adaptor):
    done = adaptor("log(1)", "-s", "/dev/zero")
    assert done.code == 2
    assert "cannot be read (it is a device)" in done.err
