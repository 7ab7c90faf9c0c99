"""The options of a run, declared once; and its start, which checks everything first."""

import inspect
import json

import pytest

from adaptor.cli.main import parser
from adaptor.core.errors import InputError
from adaptor.core.run.context import Run
from adaptor.ledger.store import open_store
from adaptor.runner import run
from adaptor.runner.execution.interrupted import Interrupted
from adaptor.runner.execution.start import RunOptions, start_run
from adaptor.runner.load.credentials import Credentials, credentials_of, read_credentials

#: What `run` takes beside options: values and functions, which no command line could give.
NO_OPTIONS = {"path", "state", "credentials", "on_log", "on_request"}


def filled(*words):
    options = RunOptions("job.py")
    options.fill(vars(parser(["run"]).parse_args(["run", "job.py", *words])))
    return options


def test_the_command_line_fills_every_option_by_its_name():
    words = ["reminders", "--start", "a", "--end", "b", "--dry-run", "--run-id", "r1", "--database", "x.db"]
    options = filled(*words, "--resume", "r0", "--fresh", "--allow-changed", "--resend-unknown")
    assert (options.workflow, options.start, options.end, options.only) == ("reminders", "a", "b", None)
    assert (options.dry_run, options.run_id, options.database, options.resume) == (True, "r1", "x.db", "r0")
    assert (options.fresh, options.allow_changed, options.resend_unknown) == (True, True, True)


def test_the_defaults_stand_in_one_place():
    assert vars(filled()).items() >= {"path": "job.py", "fresh": False, "database": None}.items()
    for name, value in vars(filled()).items():
        if name not in ("path", "initial"):
            assert value == getattr(RunOptions, name), name


def test_a_program_gives_the_same_options_with_the_same_defaults():
    for name, parameter in inspect.signature(run).parameters.items():
        if name not in NO_OPTIONS:
            assert parameter.default == getattr(RunOptions, name), name


def test_the_words_name_what_is_run_again():
    assert filled("reminders", "--start", "a", "--end", "b").words() == ["reminders", "--start", "a", "--end", "b"]
    assert filled("--only", "a").words() == ["--only", "a"]
    assert filled("--limit", "3", "--fresh").words() == []


def test_a_run_has_the_id_that_is_given_or_that_of_the_one_that_is_resumed():
    assert filled("--run-id", "r1", "--dry-run").new_run(Run, print).id == "r1"
    assert filled("--resume", "r0").new_run(Run, print).id == "r0"
    assert filled().new_run(Run, print).id != filled().new_run(Run, print).id
    assert filled("--dry-run").new_run(Run, print).dry_run
    with pytest.raises(InputError, match="cannot be the name of one"):
        filled("--run-id", "last").new_run(Run, print)


def test_a_label_that_cannot_be_one_is_refused():
    options = filled()
    options.labels = {"clinic": "kibera"}
    options.new_run(Run, print)
    assert options.labels == {"clinic": "kibera"}
    options.labels = {"clinic": ""}
    with pytest.raises(InputError, match="The label `clinic`"):
        options.new_run(Run, print)


def test_a_run_is_the_only_one_of_its_process_to_write():
    with filled().new_run(Run, print), pytest.raises(Exception, match="outside the run"):
        Run().check_thread()


# --- The start ---


@pytest.fixture
def lines():
    return []


@pytest.fixture
def started(tmp_path, lines):
    """Start a run of a job, with options; return its result."""

    def start(text, credentials=None, *, name="job.py", **values):
        (tmp_path / name).write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
        options = RunOptions(str(tmp_path / name))
        options.fill(values)
        if "initial" in values:
            options.initial = values["initial"]
        known = Credentials() if credentials is None else credentials_of(credentials)
        return start_run(options, options.new_run(Run, lambda *line: lines.append(line)), known)

    return start


def test_what_is_wrong_with_a_job_is_found_before_it_runs(started, lines):
    result = started("lgo(1)\nsned(2)")
    assert (result.exit_code, result.steps, sum(result.outcomes.values())) == (3, [], 0)
    assert [problem.line for problem in result.error.problems] == [1, 2]
    assert lines == [("error", "run", result.error.report(), {"error": result.error.facts()})]


def test_a_single_problem_is_the_error_itself(started):
    result = started("lgo(1)")
    assert result.error.line == 1
    assert not hasattr(result.error, "problems")


def test_an_error_of_a_start_shows_no_secret(started, lines):
    result = started("'secret-token' / 2\nlog(1)", {"access_token": "secret-token"})
    assert result.exit_code == 3
    assert "secret-token" not in f"{result.error.report()} {result.error.facts()} {lines}"


def test_that_nothing_was_run_is_left_to_the_last_line_of_the_run(started, tmp_path):
    result = started("log(1)", only="zzz")
    assert (result.exit_code, result.steps) == (2, [])
    assert result.error.fix == "The steps are job-1."
    assert result.path == str(tmp_path / "job.py")
    assert list(result.plan.steps) == ["job-1"]


def test_a_job_that_fills_the_memory_while_it_is_loaded_was_killed(started):
    assert started("raise MemoryError").exit_code == 4


def test_an_option_narrows_the_steps_and_the_credential_of_each_is_known(started, lines):
    steps = [
        {"id": "a", "expression": "log('a')", "next": "b"},
        {
            "id": "b",
            "expression": "log('the-password-of-b')",
            "next": "c",
            "configuration": {"db_password": "the-password-of-b"},
        },
        {"id": "c", "expression": "log('c')"},
    ]
    result = started({"workflow": {"steps": steps}}, name="w.json", start="b", end="b")
    assert [step.id for step in result.steps] == ["b"]
    assert "the-password-of-b" not in str(lines)
    assert ("info", "job", "[redacted]", {}) in lines


def test_a_workflow_warns_of_what_deserves_a_look(started, lines):
    steps = [{"id": "a", "expression": "log('a')"}, {"id": "b", "expression": "log('b')"}]
    started({"workflow": {"steps": steps}}, name="w.json")
    (warning,) = (line for line in lines if "warning: " in line[2])
    assert warning[:2] == ("info", "run")
    assert "never reached" in warning[2]


def test_a_credential_in_the_state_is_kept_secret_and_warned_of(started, lines):
    initial = {"configuration": {"access_token": " EAAG-of-the-state"}, "data": {}}
    result = started(
        "fn(lambda s: {'data': s['configuration']['access_token']})\nlog(state.data)", initial=lambda plan: initial
    )
    assert result.state == {"data": "[redacted]"}
    assert "EAAG-of-the-state" not in str(lines)
    warning = "warning: `access_token` in the state begins with a space, which was left out."
    assert ("info", "run", warning, {}) in lines


def test_the_initial_state_is_asked_for_once_the_job_was_checked(started):
    asked = []
    started("lgo(1)", initial=lambda plan: asked.append(plan) or {})
    assert asked == []
    started("log(1)", initial=lambda plan: asked.append(plan) or {})
    assert [list(plan.steps) for plan in asked] == [["job-1"]]


@pytest.mark.parametrize(
    ("state", "says", "fix"),
    [
        (
            {"errors": []},
            "`errors` in the state is a list, not an object.",
            "It holds the errors of steps by their id; leave it out.",
        ),
        (
            {"configuration": "x"},
            "`configuration` in the state is not an object.",
            'Write {"configuration": {"access_token": "…"}}.',
        ),
    ],
)
def test_an_initial_state_that_no_step_could_use_is_refused(started, state, says, fix):
    result = started("log('ran')", initial=lambda plan: state)
    assert (result.exit_code, result.error.description, result.error.fix) == (2, says, fix)


def test_an_initial_state_may_lack_everything(started):
    assert started("log('ran')", initial=lambda plan: {"errors": {}, "configuration": None}).exit_code == 0


@pytest.mark.parametrize(("code", "exit_code"), [("INTERRUPTED", 130), ("TIMEOUT", 4)])
def test_a_run_that_is_stopped_before_its_first_step_says_so(started, lines, code, exit_code):
    def stop(plan):
        raise Interrupted(code)

    result = started("log('ran')", initial=stop, run_id="r1", labels={"clinic": "kibera"})
    assert (result.exit_code, result.error.code, result.run_id, result.steps) == (exit_code, code, "r1", [])
    assert sum(result.outcomes.values()) == 0
    assert result.labels == {"clinic": "kibera"}
    assert lines == [("error", "run", result.error.report(), {"error": result.error.facts()})]


def test_it_says_where_the_run_was_stopped(tmp_path):
    (tmp_path / "job.py").write_text("log(1)", encoding="utf-8")
    options = RunOptions(str(tmp_path / "job.py"))
    under_way = options.new_run(Run, lambda *line: None)

    def stop(plan):
        under_way.stop.place = "step 7"
        raise KeyboardInterrupt

    options.initial = stop
    assert start_run(options, under_way, Credentials()).error.place == "step 7"


def test_the_outputs_are_written_while_the_run_is_still_open(started):
    seen = []
    result = started("log(1)", on_end=lambda result: seen.append((result.exit_code, result.text)), run_id="r1")
    assert seen == [(0, '{"data":{}}')]
    assert (result.run_id, result.messages, result.labels) == ("r1", {}, {})


def test_what_the_command_line_was_given_is_in_the_result(started):
    result = started("log(1)", given={"state": "s.json"}, initial=lambda plan: {"configuration": {"page_id": "1"}})
    assert result.given == {"state": "s.json", "configuration": "state"}


def test_what_a_job_prints_goes_to_the_log_and_standard_output_stays_free(started, lines, capsys):
    started("import sys\nfn(lambda s: (sys.stdout.write('by hand\\n'), s)[1])\nprint('printed')", captures_output=True)
    assert capsys.readouterr() == ("", "")
    assert [message for _, component, message, _ in lines if component == "job"] == ["printed", "by hand"]


def test_a_workflow_of_a_project_is_named_beside_its_path(tmp_path):
    options = RunOptions("project.yaml")
    options.workflow, options.only = "reminders", "a"
    assert options.words() == ["reminders", "--only", "a"]


def test_steps_are_named_by_their_whole_ids_where_the_plan_is_known(started):
    options, seen = filled("--start", "fir", "--end", "sec"), []
    started(
        {
            "workflow": {
                "steps": [
                    {"id": "first", "expression": "log(1)", "next": "second"},
                    {"id": "second", "expression": "log(2)"},
                ]
            }
        },
        name="w.json",
        start="fir",
        end="sec",
        after_step=lambda step, state, schedule: seen.append(schedule.plan),
    )
    assert options.words(seen[0]) == ["--start", "first", "--end", "second"]


def test_a_run_knows_where_small_facts_are_kept(tmp_path):
    for name in ("jobs", "ledgers", "secrets"):
        (tmp_path / name).mkdir()
    (tmp_path / "jobs" / "job.py").write_text("log(1)", encoding="utf-8")
    (tmp_path / "secrets" / "c.json").write_text('{"page_id": "1"}', encoding="utf-8")
    options = RunOptions(str(tmp_path / "jobs" / "job.py"))
    known = read_credentials(str(tmp_path / "secrets" / "c.json"))
    for database, folder in ((None, "jobs/.adaptor"), (str(tmp_path / "ledgers" / "l.db"), "ledgers")):
        options.database = database
        under_way = options.new_run(Run, lambda *line: None)
        start_run(options, under_way, known)
        assert under_way.folders == (str(tmp_path / folder), str(tmp_path / "secrets" / ".adaptor"))


def test_a_run_is_recorded_with_the_words_that_run_the_same(started, tmp_path):
    steps = [
        {"id": "first", "expression": "collections.set('visits', 'ana', 7)", "next": "second"},
        {"id": "second", "expression": "log(2)"},
    ]
    file = str(tmp_path / "ledger.db")
    started({"workflow": {"steps": steps}}, name="w.json", end="sec", database=file, run_id="r1")
    store = open_store(file)
    assert store.runs.find("r1").words == ["--end", "second"]
    store.close()


def test_a_step_names_a_credential_of_the_map_that_was_given(started):
    steps = [{"id": "a", "expression": "log(1)", "configuration": "north"}]
    assert started({"workflow": {"steps": steps}}, {"north": {"page_id": "1"}}, name="w.json").exit_code == 0
    assert started({"workflow": {"steps": steps}}, {"south": {"page_id": "1"}}, name="w.json").exit_code == 2


def test_what_a_job_prints_goes_to_the_log_where_the_process_is_not_its_own(started, lines, capsys):
    started("import sys\nprint('printed')\nfn(lambda s: (sys.stdout.write('by hand'), s)[1])")
    assert capsys.readouterr() == ("by hand", "")
    assert [message for _, component, message, _ in lines if component == "job"] == ["printed"]


def test_a_secret_of_a_workflow_is_in_no_warning_before_its_steps(started, lines):
    steps = [{"id": "a", "expression": "log('the-password-of-all')"}]
    whole = {"workflow": {"credentials": {"db_password": "the-password-of-all"}, "steps": steps}}
    started(whole, name="w.json")
    assert "the-password-of-all" not in str(lines)
