"""Any call to Graph: where it goes, and with whose token."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from adaptor import ConfigurationError, InvalidMessage, WrongCall, graph_request, state
from adaptor.core.run.context import Run

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_httpserver import HTTPServer


def test_parameters_go_into_the_query_and_the_body_out_as_json(httpserver: HTTPServer, state_for: Any) -> None:
    httpserver.expect_request("/v26.0/123/label").respond_with_json({"success": True})
    call = graph_request("POST", "/123/label/", {"user": state.data.psid, "no": None, "flag": True, "a": [1]}, {"b": 1})
    after = call({**state_for(httpserver.url_for("")), "data": {"psid": 5}})
    ((request, _),) = httpserver.log
    assert request.args.to_dict() == {"user": "5", "flag": "true", "a": "[1]"}
    assert json.loads(request.data) == {"b": 1}
    assert after["data"] == {"success": True}


def test_files_make_a_form_of_it(httpserver: HTTPServer, state_for: Any, take_forms: Any, tmp_path: Path) -> None:
    forms = take_forms("/v26.0/me/things", {"id": "1"})
    file = tmp_path / "map.png"
    file.write_bytes(b"picture")
    graph_request("POST", "me/things", body={"a": {"b": 1}}, files={"source": file})(state_for(httpserver.url_for("")))
    assert forms == [({"a": '{"b":1}'}, {"source": ("map.png", "image/png", b"picture")})]


#: What is no matter of a Page's messages has no operation of its own: analytics of an app, and a person's ids at
#: other apps and Pages.
OTHER_MATTERS = [
    ("POST", "5501/activities", None, {"event": "CUSTOM_APP_EVENTS", "page_scoped_user_id": "77"}),
    ("GET", "77/ids_for_apps", {"page": "102"}, None),
    ("GET", "77/ids_for_pages", {"app": "5501"}, None),
]


def test_what_has_no_operation_of_its_own_is_asked_for_by_its_path(httpserver: HTTPServer, state_for: Any) -> None:
    for method, path, query, body in OTHER_MATTERS:
        httpserver.clear()
        httpserver.expect_request(f"/v26.0/{path}", method=method).respond_with_json({"data": [{"id": "1"}]})
        after = graph_request(method, path, query, body)(state_for(httpserver.url_for(""), app_secret="a-secret"))
        ((request, _),) = httpserver.log
        assert set(request.args) - set(query or {}) == {"appsecret_proof"}, path
        assert (json.loads(request.data) if request.data else None) == body, path
        assert after["data"] == {"data": [{"id": "1"}]}, path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "https://graph.facebook.com/me",
        "me?fields=id",
        "v26.0/me",
        "a//b",
        "a/../b",
        "me/./x",
        "me feed",
        "me#x",
        None,
        5.5,
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(path: Any) -> None:
    with pytest.raises(InvalidMessage) as raised:
        graph_request("GET", path)
    assert raised.value.fix


def test_a_write_without_a_path_is_refused() -> None:
    with pytest.raises(InvalidMessage, match="empty"):
        graph_request("POST", "", body={})


def test_a_lazy_path_is_checked_when_it_is_known(httpserver: HTTPServer, state_for: Any) -> None:
    call = graph_request("DELETE", f"{state.data.id}/label")
    with pytest.raises(InvalidMessage):
        call({**state_for(httpserver.url_for("")), "data": {"id": ".."}})
    with pytest.raises(InvalidMessage):
        call({**state_for(httpserver.url_for("")), "data": {"id": "1?fields=x"}})
    assert httpserver.log == []


@pytest.mark.parametrize("method", ["get", "PUT", "PATCH", "HEAD", ""])
def test_a_method_that_graph_does_not_have_is_refused(method: str) -> None:
    with pytest.raises(WrongCall, match="GET, POST, DELETE"):
        graph_request(method, "me")


def test_the_apps_token_is_made_of_its_id_and_secret(httpserver: HTTPServer, state_for: Any) -> None:
    httpserver.expect_request("/v26.0/5/subscriptions").respond_with_json({"data": []})
    call = graph_request("GET", "5/subscriptions", access="app")
    call(state_for(httpserver.url_for(""), app_id="5", app_secret="s3cret-of-app"))
    ((request, _),) = httpserver.log
    assert request.headers["Authorization"] == "Bearer 5|s3cret-of-app"
    assert request.args.to_dict() == {}


@pytest.mark.parametrize("missing", ["app_id", "app_secret"])
def test_the_apps_token_needs_both(httpserver: HTTPServer, state_for: Any, missing: str) -> None:
    given = {"app_id": "5", "app_secret": "s3cret-of-app"}
    del given[missing]
    with Run() as run, pytest.raises(ConfigurationError, match=f"has no `{missing}`"):
        graph_request("POST", "5/subscriptions", access="app")(state_for(httpserver.url_for(""), **given))
    assert httpserver.log == []
    assert not any(run.outcomes.values())


def test_a_call_goes_with_the_token_of_a_user_of_the_app(httpserver: Any, state_for: Any) -> None:
    httpserver.expect_request(re.compile(".*/5/uploads")).respond_with_json({"id": "upload:A"})
    graph_request("POST", "5/uploads", access="user")(state_for(httpserver.url_for(""), user_access_token="EAAG-ana"))
    assert httpserver.log[0][0].headers["Authorization"] == "Bearer EAAG-ana"


def test_nobodys_token_is_no_access_of_a_job() -> None:
    with pytest.raises(WrongCall, match="access='none' is none of page, app, user"):
        graph_request("GET", "me", access="none")
