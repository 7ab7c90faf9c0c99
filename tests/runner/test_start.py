"""The options of a run: declared once, filled by the command line and by other programs."""

import inspect

import pytest

from adaptor.cli.main import parser
from adaptor.core.errors import InputError
from adaptor.core.run.context import Run
from adaptor.runner import run
from adaptor.runner.execution.start import RunOptions

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
