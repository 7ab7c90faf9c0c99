import json
from datetime import UTC, datetime, timedelta

import pytest

from adaptor.sandbox import Sandbox, SandboxError

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PERSON = {"id": "1"}
TEMPLATE = {"name": "n", "language": "en", "body": "Hello"}


@pytest.fixture
def write(tmp_path):
    """Write a sandbox.json and give its path."""

    def write_file(value):
        path = tmp_path / "sandbox.json"
        path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
        return path

    return write_file


def test_a_file_describes_the_page_its_people_and_its_templates(write):
    path = write(
        {
            "page": {"id": "102", "name": "Clinic"},
            "access_token": "t",
            "app_secret": "s",
            "people": [
                {"id": "1", "first_name": "Ana", "last_message_hours_ago": 3.5},
                {"id": 2, "last_message_hours_ago": None, "blocked": True},
                {"id": "3", "last_message_at": "2026-11-20T09:00:00-03:00", "role": "tester", "timezone": 5.5},
                {"id": "4"},
            ],
            "templates": [TEMPLATE],
        }
    )
    sandbox = Sandbox.from_file(path, now=lambda: NOON)
    assert (sandbox.page_id, sandbox.page_name, sandbox.access_token, sandbox.app_secret) == ("102", "Clinic", "t", "s")
    ana, blocked, tester, last = sandbox.people
    assert (ana.name, ana.last_message_at) == ("Ana", NOON - timedelta(hours=3.5))
    assert (blocked.id, blocked.last_message_at, blocked.blocked) == ("2", None, True)
    assert (tester.last_message_at, tester.role, tester.timezone) == (NOON, "tester", 5.5)
    assert last.last_message_at == NOON - timedelta(minutes=1)


def test_a_file_describes_the_app_and_what_goes_wrong(write):
    path = write(
        {
            "app": {"id": "7", "name": "Reminders"},
            "apps": [{"id": "8", "name": "Desk"}],
            "default_app": "8",
            "webhook": {"url": "http://127.0.0.1:1/hook", "verify_token": "v"},
            "rate_limits": {"messages_per_second": 5},
            "faults": {"seed": 3, "rates": [{"kind": "lost", "share": 0.1}], "script": [None, 1200]},
            "approval": "PENDING",
            "foreign_ids": False,
        }
    )
    sandbox = Sandbox.from_file(path)
    page = sandbox._page
    assert (sandbox.app_id, page.apps["8"].name, page.default_app) == ("7", "Desk", "8")
    assert page.subscriptions["page"].callback_url == "http://127.0.0.1:1/hook"
    assert sandbox._simulation.rate_limiter.limits.messages_per_second == 5
    assert sandbox._simulation.rate_limiter.limits.media_per_second == 10
    assert (sandbox.faults.seed, sandbox.faults.ordered) == (3, True)
    assert (page.approval, page.foreign_ids) == ("PENDING", False)


def test_an_empty_file_is_an_open_house_and_a_byte_order_mark_is_forgiven(write):
    sandbox = Sandbox.from_file(write("\ufeff{}"))
    sandbox.person_writes("1", "hi")
    assert sandbox.page_id.isdigit()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("{\n  oops", "line 2, column 3: not valid JSON"),
        ("[]", "the whole file must be an object"),
        ({"peple": []}, 'peple: is not a known key; did you mean "people"?'),
        ({"zzz": 1}, "zzz: is not a known key; known are: page, access_token"),
        ({"page": {"id": "x"}}, 'page.id: must be digits, such as "6543210987654321", not "x"'),
        ({"page": "Clinic"}, "page: must be an object"),
        ({"people": {}}, "people: must be a list"),
        ({"people": ["Ana"]}, "people[0]: must be an object"),
        ({"people": [{}]}, "people[0].id: is missing"),
        ({"people": [{"id": True}]}, "people[0].id: must be digits"),
        ({"people": [PERSON, PERSON]}, "people: has two with the same id: 1"),
        (
            {"people": [{**PERSON, "first_nme": "A"}]},
            'people[0].first_nme: is not a known key; did you mean "first_name"?',
        ),
        ({"people": [{**PERSON, "first_name": 5}]}, "people[0].first_name: must be text, not 5"),
        ({"people": [{**PERSON, "blocked": "yes"}]}, 'people[0].blocked: must be true or false, not "yes"'),
        ({"people": [{**PERSON, "role": "boss"}]}, "people[0].role: must be one of admin, developer, tester"),
        ({"people": [{**PERSON, "timezone": "UTC"}]}, "people[0].timezone: must be a number"),
        ({"people": [{**PERSON, "last_message_hours_ago": "3"}]}, "must be a number of hours"),
        ({"people": [{**PERSON, "last_message_hours_ago": -1}]}, "must be a number of hours"),
        ('{"people": [{"id": "1", "last_message_hours_ago": NaN}]}', "holds NaN, which JSON does not have"),
        ({"people": [{**PERSON, "last_message_hours_ago": 1e300}]}, "must be a number of hours"),
        ({"people": [{**PERSON, "last_message_at": "yesterday"}]}, "must be a time with its zone"),
        ({"people": [{**PERSON, "last_message_at": "2026-11-20T09:00:00"}]}, "must be a time with its zone"),
        (
            {"people": [{**PERSON, "last_message_at": None, "last_message_hours_ago": 1}]},
            "keep one of the two",
        ),
        ({"templates": [{"name": "n"}]}, "templates[0].body: is missing"),
        ({"templates": [{**TEMPLATE, "status": "OK"}]}, "templates[0].status: must be one of APPROVED"),
        ({"templates": [TEMPLATE, TEMPLATE]}, "the same name and language: n (en)"),
        ({"templates": [{**TEMPLATE, "body": "{{1}} {{3}}"}]}, "without a gap"),
        ({"templates": [{**TEMPLATE, "body": "{{1}} {{a}}"}]}, "mixes numbered and named"),
        ({"templates": [{**TEMPLATE, "buttons": [{"type": "CALL", "text": "x"}]}]}, "templates[0].buttons[0].type"),
        ({"require_proof": True}, "needs an app_secret"),
        ({"people": [{**PERSON, "away": "now"}]}, "people[0].away: must be true or false"),
        ({"app": {"id": "x"}}, "app.id: must be digits"),
        ({"apps": [{"id": "1"}]}, "apps[0].name: is missing"),
        ({"default_app": "Desk"}, "default_app: must be digits"),
        ({"webhook": {"verify_token": "v"}}, "webhook.url: is missing"),
        ({"webhook": {"url": "localhost"}}, "webhook.url: must be an address"),
        ({"webhook": {"url": "http://h/", "fields": ["mesages"]}}, 'has no "mesages"; did you mean "messages"?'),
        ({"webhook": {"url": "http://h/", "fields": [["m"]]}}, "webhook.fields: has no"),
        ({"rate_limits": {"messages_per_second": 0}}, "rate_limits.messages_per_second: must be a whole number"),
        ({"rate_limits": {"mesages_per_second": 1}}, 'did you mean "messages_per_second"?'),
        ({"faults": {"seed": "x"}}, "faults.seed: must be a whole number"),
        ({"faults": {"rates": [{"kind": "lost"}]}}, "faults.rates[0]: is no fault with a share"),
        ({"faults": {"rates": [{"kind": "lost", "share": 2}]}}, "faults.rates[0]: is no fault with a share"),
        ({"faults": {"script": [None, "explosion"]}}, "faults.script: unknown fault 'explosion'"),
        ({"approval": "MAYBE"}, "approval: must be one of APPROVED"),
        ({"foreign_ids": "no"}, "foreign_ids: must be true or false"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_to_write(write, value, words):
    path = write(value)
    with pytest.raises(SandboxError) as caught:
        Sandbox.from_file(path)
    assert str(caught.value).startswith(str(path))
    assert words in str(caught.value)


def test_all_mistakes_are_told_at_once(write):
    with pytest.raises(SandboxError) as caught:
        Sandbox.from_file(write({"peple": [], "page": {"nme": "x"}, "people": [{"id": "a"}]}))
    assert "3 things to correct" in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(SandboxError, match="No such file"):
        Sandbox.from_file(tmp_path / "nobody.json")


def test_a_file_in_another_encoding_is_told(tmp_path):
    path = tmp_path / "sandbox.json"
    path.write_bytes('{"page": {"name": "Björk"}}'.encode("latin-1"))
    with pytest.raises(SandboxError, match="not UTF-8"):
        Sandbox.from_file(path)
