"""Wrong arguments are answered with one line; the usage is shown by --help."""

import pytest

from adaptor.cli.layout.usage_errors import in_words


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("argument --limit: invalid whole number from 1: value: '0'", "--limit needs a whole number from 1, not '0'."),
        ("argument -n/--limit: invalid int value: 'x'", "--limit needs a whole number, not 'x'."),
        ("argument --run-id: expected one argument", "--run-id needs a value."),
        ("argument --yes: ignored explicit argument '3'", "--yes takes no value."),
        (
            "argument -S/--state-json: not allowed with argument -s/--state",
            "--state-json and --state do not go together.",
        ),
        ("the following arguments are required: PATH", "PATH is missing."),
        ("the following arguments are required: NAME, KEY", "NAME and KEY are missing."),
        (
            "argument --format: invalid choice: 'x' (choose from 'text', 'json')",
            "--format is one of text, json, not 'x'.",
        ),
        # As later releases of Python write it.
        ("argument --format: invalid choice: 'x' (choose from text, json)", "--format is one of text, json, not 'x'."),
        ("argument --only-to: '12' is no id. Give one.", "--only-to: '12' is no id. Give one."),
        ("something else", "something else."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(message, words):
    assert in_words(message) == words


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run"], "adaptor run: PATH is missing. See adaptor run --help.\n"),
        (["runs", "lsit"], "adaptor runs: there is no command `lsit`. Did you mean `list`? See adaptor runs --help.\n"),
    ],
)
def test_it_is_one_line_without_the_usage(forks, tmp_path, words, told):
    done = forks.run(words, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)
