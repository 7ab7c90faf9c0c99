"""Of several Pages a cron trigger names the one as which its runs send, or the steps do."""

import json

import pytest

from adaptor.runner.checking.check import check_file
from adaptor.runner.load.credentials import credentials_of

NAMED = {
    "nairobi": {"page_id": "10", "access_token": "EAAG-nairobi"},
    "kampala": {"page_id": "11", "access_token": "EAAG-kampala"},
}
SEND = "each(state.people, send_text(state.data, 'Hello'))"


@pytest.fixture
def problems(tmp_path):
    def found(trigger, step, named=NAMED):
        steps = [
            {"id": "morning", "type": "cron", "cron_expression": "0 9 * * *", "next": "a", **trigger},
            {"id": "a", "expression": SEND, **step},
        ]
        (tmp_path / "bot.json").write_text(json.dumps({"steps": steps}))
        checked = check_file(str(tmp_path / "bot.json"), credentials_of(named))
        return [(problem.description, problem.fix) for problem in checked.problems]

    return found


def test_a_schedule_that_could_send_as_any_of_several_pages_is_refused(problems):
    ((what, fix),) = problems({}, {})
    assert what == "The runs of the trigger `morning` have no Page: the step `a` could send as any of several."
    assert '"page": "10"' in fix


@pytest.mark.parametrize(
    ("trigger", "step"),
    [({"page": "11"}, {}), ({}, {"configuration": "kampala"}), ({}, {"expression": "http.get('https://example.com')"})],
)
def test_it_is_accepted_where_the_page_is_known_or_not_needed(problems, trigger, step):
    assert problems(trigger, step) == []


def test_with_one_page_nothing_needs_to_be_named(problems):
    assert problems({}, {}, {"nairobi": NAMED["nairobi"]}) == []


@pytest.mark.parametrize(("page", "what"), [("12", "no configuration has it"), ("the clinic", "is no id of a Page")])
def test_a_page_that_is_none_is_refused(problems, page, what):
    assert what in problems({"page": page}, {})[0][0]
