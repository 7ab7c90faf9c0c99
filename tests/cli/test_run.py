"""`adaptor run` as people use it: states in, states out, logs, files."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading

import pytest

HELLO = 'send_text(state.data.psid, f"Hello {state.data.name}")'
ANA = {"data": {"psid": "6543210987654321", "name": "Ana"}}


def test_a_job_without_a_state_starts_from_empty_data(adaptor):
    done = adaptor("fn(lambda state: state)", "-O")
    assert done.state == {"data": {}}
    assert done.code == 0


def test_keys_of_the_state_that_nobody_knows_are_kept(adaptor):
    given = {"a": 1, "data": {"x": 1}, "references": [1]}
    assert adaptor("fn(lambda state: state)", "-O", state=given).state == given


def test_the_configuration_is_not_in_the_output(adaptor):
    done = adaptor("fn(lambda s: s)", "-O", state={"data": {}, "configuration": {"access_token": "secret-token"}})
    assert done.state == {"data": {}}


def test_operations_run_in_order(adaptor):
    script = "for n in range(3):\n    fn(lambda s, n=n: {**s, 'seen': [*s.get('seen', []), n]})\n"
    assert adaptor(script, "-O").state["seen"] == [0, 1, 2]


def test_expressions_in_if_for_with_and_try_are_steps_too(adaptor):
    add = "fn(lambda s: {**s, 'n': s.get('n', 0) + 1})"
    script = (
        f"import contextlib\nif True:\n    {add}\nfor _ in range(2):\n    {add}\n"
        f"with contextlib.nullcontext():\n    {add}\ntry:\n    {add}\nfinally:\n    {add}\n"
        f"while True:\n    {add}\n    break\n"
    )
    assert adaptor(script, "-O").state["n"] == 7


def test_names_may_be_imported_or_not(adaptor):
    script = "from adaptor import fn as step\nimport adaptor\nstep(lambda s: s)\nadaptor.log('one')\nlog('two')\n"
    done = adaptor(script)
    assert done.code == 0
    assert "one" in done.err
    assert "two" in done.err


def test_conversions_in_an_f_string_wait_for_the_value(adaptor):
    script = "n = 'x'\nlog(f'{state.data.name!r} {state.data.name!a:>10} {state.data.name!s:>6} {n!r} {1 + 1!r:>3}')"
    assert "│ 'Zoë'   'Zo\\xeb'    Zoë 'x'   2\n" in adaptor(script, state={"data": {"name": "Zoë"}}).err


def test_a_job_can_import_the_module_beside_it_and_knows_where_it_lies(adaptor):
    script = "from words import word\nfrom pathlib import Path\nlog(word, Path(__file__).name)"
    assert "hello job.py" in adaptor(script, files={"words.py": "word = 'hello'"}).err


def test_dataclasses_work_in_a_job(adaptor):
    script = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n\n"
        "@dataclass\nclass Row:\n    name: str\n\nlog(Row('Ana').name)\n"
    )
    assert "Ana" in adaptor(script).err


def test_a_statement_that_gives_nothing_may_stand_at_the_top_level(adaptor):
    done = adaptor('"""A docstring."""\nrows = []\nrows.append(1)\nprint("hello")\n...\nlog(f"{len(rows)} row")')
    assert done.code == 0
    assert "hello" in done.err
    assert "1 row" in done.err


def test_the_state_comes_from_a_file_from_standard_input_or_inline(adaptor):
    text = json.dumps(ANA)
    files = {"state.json": "\ufeff" + text}
    assert adaptor("fn(lambda s: s)", "-s", "state.json", "-O", files=files).state == ANA
    assert adaptor("fn(lambda s: s)", "-s", "-", "-O", stdin=text).state == ANA
    assert adaptor("fn(lambda s: s)", "-S", text, "-O").state == ANA


def test_standard_output_holds_the_state_alone(adaptor):
    done = adaptor("print('noise')\nfn(lambda s: (print('more'), s)[1])\nlog('log')", "-O", "-l", "debug", state=ANA)
    assert done.state == ANA
    assert "noise" in done.err
    assert "more" in done.err


def test_without_an_output_nothing_is_written(adaptor, tmp_path):
    done = adaptor("fn(lambda s: s)", state=ANA)
    assert done.out == ""
    assert {file.name for file in tmp_path.iterdir() if file.name != "__pycache__"} == {"job.py"}


def test_the_output_file_can_be_read_by_its_owner_alone(adaptor, tmp_path):
    adaptor("fn(lambda s: s)", "-o", "out.json", state=ANA)
    file = tmp_path / "out.json"
    assert json.loads(file.read_text()) == ANA
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_output_file_that_exists_keeps_its_mode_and_a_link_stays_a_link(adaptor, tmp_path):
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "real.json").chmod(0o640)
    (tmp_path / "out.json").symlink_to("real.json")
    adaptor("fn(lambda s: s)", "-o", "out.json", state=ANA)
    assert (tmp_path / "out.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text()) == ANA
    assert stat.S_IMODE((tmp_path / "real.json").stat().st_mode) == 0o640


def test_the_output_is_written_whole_or_not_at_all(adaptor, tmp_path):
    (tmp_path / "out.json").write_text("old")
    script = "import os\nos.rename('out.json', 'kept')\nos.mkdir('out.json')\nfn(lambda s: s)"
    done = adaptor(script, "-o", "out.json", "--sandbox", state=ANA)
    assert done.code == 1
    assert "out.json cannot be written" in done.err
    assert "Done. Nothing was sent." in done.err
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".out")]


@pytest.mark.parametrize("option", ["-o", "--transcript"])
def test_an_output_that_cannot_be_written_is_told_before_anything_is_sent(adaptor, tmp_path, option):
    (tmp_path / "folder").mkdir()
    for path in ("folder", "no/such/file"):
        done = adaptor(HELLO, "--sandbox", option, path, state=ANA)
        assert done.code == 2
        assert f"{path} cannot be written" in done.err
        assert "accepted" not in done.err


def test_half_a_character_is_written_as_json_escapes_it(adaptor, tmp_path):
    state = {"data": "x \ud83d é"}
    assert adaptor("fn(lambda s: s)", "-O", state=state).state == state
    adaptor("fn(lambda s: s)", "-o", "out.json", state=state)
    assert json.loads((tmp_path / "out.json").read_text()) == state


def test_standard_output_is_utf_8_whatever_the_terminal_says(adaptor):
    done = adaptor("log(state.data)", "-O", state={"data": "é"}, env={"PYTHONIOENCODING": "ascii"})
    assert done.state == {"data": "é"}
    assert done.code == 0


def test_bytes_that_a_job_prints_go_to_the_log_too(adaptor):
    done = adaptor("import sys\n_ = sys.stdout.buffer.write(b'raw bytes\\n')\nsys.stdout.flush()", "-O")
    assert "│ raw bytes" in done.err
    assert done.state == {"data": {}}


def test_an_asynchronous_function_is_told_to_be_a_plain_one(adaptor):
    done = adaptor("async def shape(state):\n    return state\n\nfn(shape)")
    assert "returned a coroutine" in done.err
    assert "not async def" in done.err
    assert "never awaited" not in done.err


def test_the_output_is_written_also_where_a_step_failed(adaptor, tmp_path):
    script = "fn(lambda s: {**s, 'data': 1})\nfn(lambda s: 1 / 0)"
    done = adaptor(script, "-o", "out.json", state={**ANA, "errors": {"earlier": {}}})
    state = json.loads((tmp_path / "out.json").read_text())
    assert done.code == 1
    assert state["data"] == 1
    assert state["errors"]["earlier"] == {}
    assert state["errors"]["job-1"] == {
        "source": "job",
        "name": "JobError",
        "severity": "fail",
        "message": "division by zero",
        "code": "ZeroDivisionError",
        "description": "ZeroDivisionError: division by zero",
        "sent": "no",
        "operation": "fn",
        "place": "step 2 · fn",
        "line": 2,
        "state": "after operation 1 of 2 (fn(<lambda line 1>))",
    }


def test_a_reader_that_goes_away_is_no_error(adaptor, tmp_path, environment):
    (tmp_path / "job.py").write_text("fn(lambda s: {**s, 'data': 'x' * 5_000_000})")
    command = f'"{sys.executable}" -m adaptor run job.py -O | head -c 3; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.stdout.endswith("0\n")
    assert "rror" not in done.stderr


@pytest.mark.long
def test_a_dry_run_can_be_cut_short_by_its_reader(tmp_path, environment):
    (tmp_path / "job.py").write_text('each(list(range(3000)), send_text("1", "x" * 500))')
    command = f'"{sys.executable}" -m adaptor run job.py --dry-run | head -n 1; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.stdout.endswith("0\n")
    assert "rror" not in done.stderr


def test_the_credential_comes_from_the_file_before_the_state_before_the_environment(adaptor):
    script = "fn(lambda s: {**s, 'data': s['configuration']['page_id']})"
    whole = {"ADAPTOR_CONFIGURATION": '{"access_token": "secret-token", "page_id": "1"}'}
    state = {"configuration": {"page_id": "2"}}
    files = {"credentials.json": '{"page_id": "3"}'}
    assert adaptor(script, "-O", env=whole).state["data"] == "1"
    assert adaptor(script, "-O", env=whole, state=state).state["data"] == "2"
    assert adaptor(script, "-O", "-c", "credentials.json", env=whole, state=state, files=files).state["data"] == "3"


def test_the_token_may_come_from_the_environment_alone(adaptor):
    script = "fn(lambda s: {**s, 'data': s['configuration']['access_token'] == 'env-token'})"
    assert adaptor(script, "-O", env={"ADAPTOR_ACCESS_TOKEN": "env-token"}).state["data"] is True


def test_a_state_cannot_send_the_token_of_the_environment_anywhere(adaptor, httpserver):
    state = {**ANA, "configuration": {"base_url": httpserver.url_for("")}}
    done = adaptor(HELLO, "-O", state=state, env={"ADAPTOR_ACCESS_TOKEN": "env-token"})
    assert done.code == 2
    assert "`base_url` comes from the state, and the token from the environment variable" in done.err
    assert httpserver.log == []


def test_a_state_cannot_send_the_token_of_a_credentials_file_anywhere(adaptor, httpserver):
    state = {**ANA, "configuration": {"base_url": httpserver.url_for("")}}
    done = adaptor(HELLO, "-c", "c.json", state=state, files={"c.json": '{"access_token": "file-token"}'})
    assert done.code == 2
    assert "file-token" not in done.err
    assert httpserver.log == []


def test_log_levels_decide_what_is_shown(adaptor):
    script = "log('from the job')"
    assert adaptor(script, "-l", "none").err == ""
    assert "from the job" not in adaptor(script, "-l", "error").err
    assert "from the job" in adaptor(script, "-l", "info").err
    assert "job.py: 1 operation" in adaptor(script, "-l", "debug").err
    only = adaptor(script, "-l", "none,job=info").err
    assert "from the job" in only
    assert "Done" not in only


def test_errors_are_shown_unless_nothing_is(adaptor):
    assert "division by zero" in adaptor("fn(lambda s: 1 / 0)", "-l", "error").err
    assert adaptor("fn(lambda s: 1 / 0)", "-l", "none").err == ""


def test_log_json_writes_one_object_a_line(adaptor):
    done = adaptor("log('hello')\nfn(lambda s: 1 / 0)", "--log-json", "-l", "debug")
    lines = [json.loads(line) for line in done.err.splitlines()]
    assert {"time", "level", "component", "message"} <= set(lines[0])
    assert [line["message"] for line in lines if line["component"] == "job"] == ["hello"]
    failed = next(line for line in lines if line["level"] == "error")
    assert failed["error"]["place"] == "step 2 · fn"
    assert lines[-1]["exit_code"] == 1


def test_bad_input_is_json_too_with_log_json(adaptor):
    done = adaptor("log(1)", "-s", "nothere.json", "--log-json")
    assert json.loads(done.err)["error"]["code"] == "INPUT"


def test_text_of_other_people_cannot_steer_the_terminal(adaptor):
    done = adaptor("log(state.data)", state={"data": "a\x1b[2Jb\r\x07c"})
    assert "\x1b" not in done.err
    assert "\r" not in done.err


def test_names_in_every_script_are_shown_as_they_are(adaptor):
    name = "👩🏽\u200d⚕️ \u200fמשה\u200f می\u200cخواهم"
    assert name in adaptor("log(state.data)", state={"data": name}).err


def test_a_dry_run_sends_nothing_and_prints_each_request(adaptor, httpserver):
    script = f'{HELLO}\nsend_text("2", lambda state: state["data"]["message_id"])'
    state = {**ANA, "configuration": {"access_token": "secret-token", "base_url": httpserver.url_for("")}}
    done = adaptor(script, "--dry-run", state=state)
    requests = [json.loads(line) for line in done.out.splitlines()]
    assert httpserver.log == []
    assert [request["body"]["recipient"]["id"] for request in requests] == ["6543210987654321", "2"]
    assert requests[0] == {
        "method": "POST",
        "path": "me/messages",
        "body": {
            "recipient": {"id": "6543210987654321"},
            "message": {"text": "Hello Ana"},
            "messaging_type": "RESPONSE",
        },
    }
    assert "secret-token" not in done.written().replace(json.dumps(state), "")
    assert "2 described" in done.err
    assert done.code == 0


def test_a_dry_run_with_an_output_keeps_standard_output_clean(adaptor):
    done = adaptor(HELLO, "--dry-run", "-O", state=ANA)
    assert done.state["data"]["recipient_id"] == "6543210987654321"
    assert "POST me/messages" in done.err


HTTP = """\
http.get(f"{state.data.url}/patients", query={"page": 1}, auth=("clinic", state.configuration.clinic_password))
http.post(
    lambda state: state["references"][0]["url"] + "/seen?token=abcdefgh",
    body=state.data,
    headers={"X-Api-Key": state.configuration.clinic_password},
)
"""


def test_calls_to_other_systems_are_steps(adaptor, httpserver):
    httpserver.expect_request("/patients", query_string="page=1").respond_with_json([{"name": "Ana"}])
    httpserver.expect_request("/seen", method="POST", json=[{"name": "Ana"}]).respond_with_json({"ok": True})
    state = {"data": {"url": httpserver.url_for("")[:-1]}, "configuration": {"clinic_password": "hunter2hunter2"}}
    done = adaptor(HTTP, "-O", "-l", "debug", "-s", "-", stdin=json.dumps(state))
    assert done.code == 0, done.err
    assert done.state["data"] == {"ok": True}
    assert done.state["response"]["url"] == httpserver.url_for("/seen?token=[redacted]")
    assert "✓ 1 http.get" in done.err
    assert "1 sent" in done.err
    assert "hunter2" not in done.written()
    assert "abcdefgh" not in done.out + done.err
    assert httpserver.log[1][0].headers["X-Api-Key"] == "hunter2hunter2"


@pytest.mark.parametrize("arguments", [["--dry-run"], ["--dry-run", "-O"]])
def test_a_dry_run_reads_from_other_systems_and_prints_what_it_would_write(adaptor, httpserver, arguments):
    httpserver.expect_request("/patients").respond_with_json([{"name": "Ana"}])
    state = {"data": {"url": httpserver.url_for("")[:-1]}, "configuration": {"clinic_password": "hunter2hunter2"}}
    done = adaptor(HTTP, *arguments, "-s", "-", stdin=json.dumps(state))
    assert len(httpserver.log) == 1
    url = httpserver.url_for("/seen?token=[redacted]")
    if "-O" in arguments:
        assert f'POST {url} [{{"name": "Ana"}}]' in done.err
        assert done.state["data"] == {}
    else:
        assert json.loads(done.out) == {"method": "POST", "url": url, "body": [{"name": "Ana"}]}
    assert "1 described" in done.err
    assert "hunter2" not in done.written()


def test_a_dry_run_refuses_what_meta_would_refuse(adaptor):
    done = adaptor('send_text("1", lambda state: "x" * 2001)', "--dry-run")
    assert done.code == 1
    assert "2,001" in done.err


def test_a_sandbox_run_needs_no_credential_and_ends_with_who_got_what(adaptor):
    done = adaptor(HELLO, "--sandbox", "-O", state=ANA)
    assert done.code == 0
    assert done.state["data"]["message_id"].startswith("m_")
    assert "> Hello Ana" in done.err
    assert "1 message accepted" in done.err


def test_people_live_in_the_sandbox_json_beside_the_job_or_in_a_file(adaptor):
    people = {"people": [{"id": "6543210987654321", "first_name": "Ana", "blocked": True}]}
    done = adaptor(HELLO, "--sandbox", state=ANA, files={"sandbox.json": json.dumps(people)})
    assert done.code == 1
    assert "RecipientUnavailable" in done.err
    people["people"][0]["blocked"] = False
    done = adaptor(HELLO, "--sandbox", "--people", "p.json", state=ANA, files={"p.json": json.dumps(people)})
    assert done.code == 0


def test_the_whole_transcript_goes_to_a_file(adaptor, tmp_path):
    script = 'each(state.data.people, send_text(state.data, "Hello"))'
    people = [str(10**15 + number) for number in range(30)]
    done = adaptor(script, "--sandbox", "--transcript", "who.txt", state={"data": {"people": people}})
    assert done.code == 0
    assert (tmp_path / "who.txt").read_text().count("> Hello") == 30
    assert "who.txt" in done.err


def test_a_real_credential_stays_out_of_the_sandbox(adaptor):
    state = {**ANA, "configuration": {"access_token": "real-token", "app_secret": "real-secret", "page_id": "99"}}
    script = f"{HELLO}\nfn(lambda s: {{**s, 'data': 'real' in str(s['configuration'])}})"
    assert adaptor(script, "--sandbox", "-O", state=state).state["data"] is False


@pytest.mark.long
def test_ctrl_c_ends_the_run_writes_the_output_and_says_what_was_sent(tmp_path, environment, httpserver):
    arrived, go_on = threading.Event(), threading.Event()
    answers = iter([True])

    def slow(request):
        from werkzeug import Response

        if not next(answers, False):
            arrived.set()
            go_on.wait(60)
        return Response('{"recipient_id": "1", "message_id": "m_1"}', content_type="application/json")

    httpserver.expect_request("/v26.0/me/messages").respond_with_handler(slow)
    (tmp_path / "job.py").write_text('send_text("1", "a")\nsend_text("2", "b")')
    configuration = {"access_token": "secret-token", "base_url": httpserver.url_for("")}
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "adaptor",
            "run",
            "job.py",
            "-o",
            "out.json",
            "-S",
            json.dumps({"configuration": configuration}),
        ],
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert arrived.wait(60)
    os.kill(process.pid, signal.SIGINT)
    # The answer does not come: the second one waits for nothing.
    said = []
    for line in process.stderr:
        said.append(line)
        if "Waiting up to" in line:
            break
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    err = "".join(said) + err
    go_on.set()
    assert process.returncode == 130
    assert "interrupted" in err
    assert "1 sent, 1 unknown" in err
    assert "Traceback" not in err
    assert json.loads((tmp_path / "out.json").read_text())["errors"]["job-1"]["code"] == "INTERRUPTED"


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["version", "--help"]])
def test_every_command_has_help(arguments, environment):
    done = subprocess.run(
        [sys.executable, "-m", "adaptor", *arguments], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "usage: adaptor" in done.stdout


def test_without_a_command_the_help_is_shown_and_the_exit_code_is_2(environment):
    done = subprocess.run([sys.executable, "-m", "adaptor"], env=environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert "exit codes" in done.stderr


def test_version_names_the_version_of_the_package_and_of_the_graph_api(environment):
    done = subprocess.run([sys.executable, "-m", "adaptor", "version"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout.startswith("facebook-adaptor 1.")
    assert "v26.0" in done.stdout


def test_a_fault_of_our_own_is_told_in_three_lines_without_its_text(tmp_path, environment):
    script = (
        "import adaptor.cli.run, adaptor.cli.main\n"
        "def broken(*given):\n    raise RuntimeError('secret-token')\n"
        "adaptor.cli.run.start_run = broken\n"
        "adaptor.cli.main.main(['run', 'job.py'])\n"
    )
    (tmp_path / "job.py").write_text("log(1)")
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 3
    assert "adaptor itself has a fault: RuntimeError" in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret-token" not in done.stderr


def test_functions_of_a_job_may_be_annotated(adaptor):
    script = "def shape(state: State, other: State | None = None) -> State:\n    return state\n\nfn(shape)\n"
    assert adaptor(script).code == 0


@pytest.mark.parametrize("write", ['send_text("1", "hi")', 'http.post(state["url"], body=[1])'])
@pytest.mark.parametrize("option", ["--dry-run", "-O"])
def test_a_write_in_a_thread_of_the_job_is_refused_and_nothing_is_sent(adaptor, httpserver, write, option):
    script = (
        "from concurrent.futures import ThreadPoolExecutor\n\n"
        "def send(state):\n"
        "    with ThreadPoolExecutor(1) as pool:\n"
        f"        return pool.submit(lambda: {write}(state)).result()\n\n"
        "fn(send)\n"
    )
    url = httpserver.url_for("")
    configuration = {"access_token": "secret-token", "base_url": url}
    done = adaptor(script, option, state={"url": f"{url}x", "configuration": configuration})
    assert done.code == 1
    assert "outside the run" in done.err
    assert "each(" in done.err
    assert httpserver.log == []


def test_nothing_is_sent_while_the_job_is_loaded_since_nothing_would_keep_it_from_being_sent_twice(adaptor, httpserver):
    script = (
        "given = {'configuration': {'access_token': 'secret-token', 'base_url': '%s'}}\n"
        "sent = send_text('1', 'hi')(given)\n"
    )
    done = adaptor(script % httpserver.url_for(""))
    assert done.code == 3
    assert "at the top level of a script" in done.err
    assert "Nothing was run" in done.err
    assert httpserver.log == []


def test_errors_of_another_kind_in_the_state_are_bad_input(adaptor):
    done = adaptor("fn(lambda s: 1 / 0)", state={"errors": ["earlier"]})
    assert done.code == 2
    assert "`errors` in the state is a list" in done.err


@pytest.mark.parametrize("value", ["float('nan')", "{1, 2}", "object()"])
def test_what_json_cannot_hold_in_an_error_does_not_keep_the_run_from_being_told(adaptor, value):
    script = f'send_text("1", "hi", notification_type=lambda state: {value})'
    done = adaptor(script, "-O", state={"data": 1})
    assert done.code == 1
    assert "`notification_type` cannot be" in done.err
    assert done.state["errors"]["job-1"]["details"]["field"] == "notification_type"


def test_garbage_is_collected_while_a_job_runs(tmp_path):
    (tmp_path / "job.py").write_text(
        "import gc, sys\nfn(lambda s: {**s, 'data': [gc.isenabled(), 'locale' in sys.modules]})"
    )
    command = [sys.executable, "-m", "adaptor", "run", "job.py", "-O"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    # `locale` costs a millisecond of each start, for translations that argparse looks for and we do not have.
    assert json.loads(done.stdout)["data"] == [True, False]
