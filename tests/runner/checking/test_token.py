"""What is found out about a credential, with a server of the test's own as the Graph API."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug import Response

from adaptor import ConfigurationError, each, fn, fn_if, list_personas, mark_seen, send_text, send_utility, state
from adaptor.core.errors import InputError, JobError
from adaptor.core.run.context import Run
from adaptor.runner.checking.token import TokenReport, inspect_token
from adaptor.runner.load.operations import operations_in

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = 24 * 60 * 60
TOKEN = "EAAG-the-token-of-the-tests"
PAGE = {"id": "102", "name": "Clinic"}
APP = {"app_id": "9", "app_secret": "app-secret-of-the-tests"}
TOLD = {
    "app_id": "9",
    "application": "Clinic bot",
    "type": "PAGE",
    "is_valid": True,
    "expires_at": 0,
    "data_access_expires_at": int(NOW.timestamp()) + 80 * DAY,
    "scopes": ["pages_messaging", "pages_show_list"],
}


@pytest.fixture
def look(httpserver: Any, tmp_path: Any, plain_environment: None) -> Any:
    """Look into a credential; Meta answers `me` and `debug_token` as the test says."""

    def perform(
        job: str | None = None, *, me: Any = PAGE, told: Any = TOLD, status: int = 200, **configuration: Any
    ) -> TokenReport:
        httpserver.clear()
        whose = Response(json.dumps(me), status=200 if "error" not in me else 400)
        httpserver.expect_request("/v26.0/me").respond_with_response(whose)
        body = json.dumps(told if "error" in told and "message" in told["error"] else {"data": told})
        httpserver.expect_request("/v26.0/").respond_with_json([{"code": status, "body": body}])
        path = None
        if job is not None:
            (tmp_path / "job.py").write_text(job, encoding="utf-8")
            path = str(tmp_path / "job.py")
        known = {"access_token": TOKEN, "base_url": httpserver.url_for(""), "max_retries": 0, **configuration}
        run = Run(sink=lambda *line: None, dry_run=True, alone=True, started=NOW.timestamp())
        return inspect_token(known, path, run)

    return perform


def error(code: int, message: str = "No.", **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "type": "OAuthException", **more}}


def test_a_good_token_says_whose_it_is_what_it_may_do_and_when_it_ends(look: Any) -> None:
    found = look(**APP)
    assert found.is_good
    assert (found.is_valid, found.owner, found.scopes) == (True, PAGE, ["pages_messaging", "pages_show_list"])
    assert found.end("expires_at") is None
    assert found.end("data_access_expires_at") == datetime(2027, 2, 12, 12, tzinfo=UTC)
    assert (found.problems, found.warnings, found.not_learned) == ([], [], [])


def test_without_the_app_it_says_what_it_could_not_learn(look: Any, httpserver: Any) -> None:
    found = look('send_utility("1", "reminder")')
    assert found.is_good
    assert found.scopes is None
    assert found.facts()["missing"] is None
    ((what, fix),) = found.not_learned
    assert "`app_id` and `app_secret`" in what
    assert "app_id" in fix
    assert len(httpserver.log) == 1
    ((what, _),) = look(app_id="9").not_learned
    assert "no `app_secret`." in what


def test_a_token_that_meta_refuses_is_not_valid(look: Any) -> None:
    dead = {**TOLD, "is_valid": False, "expires_at": int(NOW.timestamp()) - DAY, "error": {"code": 190}}
    found = look(me=error(190, "Session has expired.", error_subcode=463), told=dead, **APP)
    assert (found.is_valid, found.is_good) == (False, False)
    ((what, fix),) = found.problems
    assert "Session has expired" in what
    assert "new Page access token" in fix


def test_a_token_that_meta_calls_invalid_is_not_valid(look: Any) -> None:
    found = look(told={**TOLD, "is_valid": False}, **APP)
    assert (found.is_valid, len(found.problems)) == (False, 1)


def test_where_whose_it_is_is_not_told_the_rest_still_is(look: Any) -> None:
    found = look(me=error(10, "Not allowed."), **APP)
    assert (found.is_valid, found.owner) == (True, None)
    assert found.scopes == TOLD["scopes"]
    assert found.not_learned[0][0].startswith("Whose token it is")


def test_nobody_who_answers_is_no_token_that_is_invalid(look: Any, refused_url: str) -> None:
    found = look(base_url=refused_url, **APP)
    assert (found.is_valid, found.is_good, found.problems) == (None, False, [])
    assert len(found.not_learned) == 1
    found = look(me=error(2, "Service temporarily unavailable"), **APP)
    assert (found.is_valid, len(found.not_learned)) == (None, 1)


def test_a_wrong_app_is_a_problem_with_its_fix(look: Any) -> None:
    found = look(told=error(100, "The App_id in the input_token did not match the Viewing App"), status=400, **APP)
    ((what, fix),) = found.problems
    assert "did not match" in what
    assert "`app_secret`" in fix


@pytest.mark.parametrize(
    ("told", "configuration", "words"),
    [
        ({"type": "USER"}, {}, "of the kind USER"),
        ({"data_access_expires_at": int(NOW.timestamp()) - 2 * DAY}, {}, "Access to people's data ended on 2026-11-22"),
        ({"expires_at": int(NOW.timestamp()) - DAY}, {}, "The token ended on 2026-11-23"),
        ({}, {"page_id": "103"}, "page_id is 103, and the token is for 102"),
    ],
)
def test_what_is_wrong_is_told(look: Any, told: Any, configuration: Any, words: str) -> None:
    found = look(told={**TOLD, **told}, **APP, **configuration)
    assert not found.is_good
    ((what, fix),) = found.problems
    assert words in what
    assert fix


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(DAY // 2, "2026-11-25, in less than a day"), (DAY + 1, "in 1 day"), (9 * DAY, "2026-12-03, in 9 days")],
)
def test_an_end_that_is_near_is_a_warning(look: Any, seconds: int, words: str) -> None:
    found = look(told={**TOLD, "expires_at": int(NOW.timestamp()) + seconds}, **APP)
    assert found.is_good
    assert words in found.warnings[0]


@pytest.mark.parametrize("seconds", [-1, 10**18, "soon", None, True])
def test_a_time_that_is_none_is_no_end(look: Any, seconds: Any) -> None:
    found = look(told={**TOLD, "data_access_expires_at": seconds}, **APP)
    assert found.end("data_access_expires_at") is None
    json.dumps(found.facts())


JOB = """\
each(
    list_conversations(limit=3),
    fn_if(state.data.id == "1", send_text("1", "hi").then(mark_seen("1")), else_=send_utility("1", "reminder")),
)
batch(typing_on("1")).catch(lambda error, state: state)
graph_request("GET", "me/feed")
fn(lambda state: state)
"""


def test_what_the_job_needs_is_compared_with_what_the_token_may(look: Any) -> None:
    found = look(JOB, **APP)
    assert found.needed.permissions == {
        "pages_messaging": ["list_conversations", "send_text", "mark_seen", "typing_on"],
        "pages_read_engagement": ["list_conversations"],
        "pages_manage_metadata": ["list_conversations"],
        "pages_utility_messaging": ["send_utility"],
    }
    assert found.missing == ["pages_read_engagement", "pages_manage_metadata", "pages_utility_messaging"]
    ((what, _),) = found.problems
    assert "pages_utility_messaging (send_utility)" in what
    assert found.needed.unknown == ["graph_request"]
    assert found.needed.has_functions


@pytest.mark.parametrize("spelling", ["pages_utility_messaging", "page_utility_messaging"])
def test_a_permission_that_meta_spells_in_two_ways_is_granted_by_both(look: Any, spelling: str) -> None:
    scope = [{"scope": spelling, "target_ids": ["102"]}]
    found = look('send_utility("1", "t")', told={**TOLD, "scopes": [spelling], "granular_scopes": scope}, **APP)
    assert found.missing == []
    scope[0]["target_ids"] = ["103"]
    found = look('send_utility("1", "t")', told={**TOLD, "scopes": [spelling], "granular_scopes": scope}, **APP)
    assert found.missing == ["pages_utility_messaging"]


def test_a_permission_for_another_page_is_missing(look: Any) -> None:
    def grants(*pages: str) -> dict[str, Any]:
        granted = [{"scope": "pages_messaging", **({"target_ids": list(pages)} if pages else {})}]
        return {**TOLD, "granular_scopes": granted}

    job = 'send_text("1", "hi")'
    assert look(job, told=grants("103"), **APP).missing == ["pages_messaging"]
    assert look(job, told=grants("103", "102"), **APP).missing == []
    assert look(job, told=grants(), **APP).missing == []


def test_a_job_that_needs_the_app_needs_it_in_the_credential(look: Any) -> None:
    ((what, _),) = look("list_sticker_packs()").problems
    assert "list_sticker_packs" in what
    assert look("list_sticker_packs()", **APP).is_good


def test_a_job_that_uploads_needs_the_token_of_a_person_in_the_credential(look: Any) -> None:
    job = "upload_template_image(state.data.file)"
    (problem,) = look(job=job).problems
    assert "token of a user of the app (upload_template_image), which the credential lacks" in problem[0]
    assert "--with-user-token" in problem[1]
    assert look(job=job, user_access_token="EAAG-of-a-person", **APP).problems == []


def test_a_job_that_sends_while_it_is_loaded_does_not_do_so_for_being_looked_at(look: Any, httpserver: Any) -> None:
    job = 'send_text("1", "hi")({"configuration": {"access_token": "EAAG-of-the-job", "base_url": "%s"}})\n'
    with pytest.raises(JobError, match="at the top level of a script"):
        look(f"_ = {job % httpserver.url_for('')}send_text('1', 'hi')", **APP)
    assert not any("messages" in request.path for request, _ in httpserver.log)


def test_bad_input_is_told_before_anything_is_asked(look: Any, httpserver: Any) -> None:
    with pytest.raises(ConfigurationError, match="appid"):
        look(appid="9")
    with pytest.raises(InputError):
        inspect_token({"access_token": TOKEN, "base_url": httpserver.url_for("")}, "no/such/job.py", Run())
    assert httpserver.log == []


def test_operations_are_found_wherever_they_are() -> None:
    inner = fn_if(True, send_text("1", "hi"), else_=send_utility("1", "reminder"))
    job = [each(list_personas(), inner), {"a": (mark_seen("1").catch(lambda e, s: s),)}, state.data, fn(lambda s: s)]
    names = [operation.name for operation in operations_in(job) if operation.name]
    assert names == ["each", "list_personas", "fn_if", "send_text", "send_utility", "mark_seen", "fn"]
