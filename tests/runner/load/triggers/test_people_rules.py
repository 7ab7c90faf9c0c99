"""What a workflow file says about people is read and checked."""

import pytest

from adaptor.runner.input.document import read_document
from adaptor.runner.load.credentials import Credentials
from adaptor.runner.load.workflows.workflow import read_workflow


@pytest.fixture
def read(tmp_path):
    def rules_and_problems(text):
        (tmp_path / "bot.yaml").write_text(
            "steps: [{id: hook, type: webhook, next: a}, {id: a, expression: log(1)}]\n" + text
        )
        plan, reader = read_workflow(
            read_document(str(tmp_path / "bot.yaml"), "workflow"), Credentials(is_lenient=True)
        )
        return plan.people_rules, [problem.description for problem in reader.problems]

    return rules_and_problems


def test_words_of_several_languages_and_a_pause_are_read(read):
    rules, problems = read("stop_words: {en: [STOP, Opt out], sw: acha}\nstart_words: [Start]\npause: 1h30m\n")
    assert problems == []
    assert rules == (frozenset({"stop", "opt out", "acha"}), frozenset({"start"}), 5400.0)
    assert read("") == (None, [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("stop_words: [no, 5]", "`stop_words` holds a number, not words."),
        ("stop_words: []", "`stop_words` is empty."),
        ('stop_words: ["!"]', "`stop_words` holds a word without letters: `!`."),
        ("stop_words: [a]\nstart_words: [A]", "`a` is a stop word and a start word."),
        ("pause: 30", "`pause` is `30`, not a time up to a year."),
        ("pause: 0m", "`pause` is `0m`, not a time up to a year."),
        ("pauses: 3m", "`pauses`"),
    ],
)
def test_what_is_wrong_with_them_is_said(read, text, problem):
    _, problems = read(text + "\n")
    assert len(problems) == 1
    assert problem in problems[0]
