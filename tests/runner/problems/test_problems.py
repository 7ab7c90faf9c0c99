"""Problems together, and the name that was probably meant."""

import pytest

from adaptor.core.errors import InputError
from adaptor.runner.problems.problems import FileProblem, Problems, all_of, did_you_mean, raise_for, shown


def problem(text, line=None):
    found = FileProblem(text, fix="Mend it.")
    found.file, found.line, found.column = "w.json", line, 3
    return found


def test_one_problem_is_raised_as_itself_and_several_together():
    raise_for([])
    with pytest.raises(FileProblem, match="a"):
        raise_for([problem("a")])
    with pytest.raises(Problems) as caught:
        raise_for([problem("a", 1), Problems([problem("b", 2), problem("c", 3)])])
    assert [str(each) for each in caught.value.problems] == ["a", "b", "c"]
    assert caught.value.report().splitlines()[0] == "w.json:1:3: a"
    assert caught.value.report().endswith("3 problems.")


def test_single_problems_are_taken_out_of_collections():
    one, two = problem("a"), InputError("b")
    assert all_of([Problems([one]), two]) == [one, two]


def test_a_problem_is_shown_with_place_line_and_fix():
    found = problem("wrong", 7)
    found.excerpt = '7 | "a"\n  | ^'
    assert shown(found) == 'w.json:7:3: wrong\n    7 | "a"\n      | ^\n    fix: Mend it.'


def test_the_nearest_name_is_suggested_whatever_its_case():
    assert did_you_mean("nxt", ["next", "name"]) == "Did you mean `next`?"
    assert did_you_mean("STEPS", ["Steps"]) == "Did you mean `Steps`?"
    assert did_you_mean("zzz", ["next"], "Known are next.") == "Known are next."
