"""Calls with the credential of another system: its address before a path, its user or token, and no other system."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from adaptor import http, state
from adaptor.core.errors import InvalidMessage
from adaptor.core.run.context import Run

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

pytestmark = pytest.mark.usefixtures("plain_environment")
CLINIC = {"username": "reminders", "password": "sunrise-9876"}


@pytest.fixture
def clinic(httpserver: HTTPServer) -> dict[str, Any]:
    """The credential of a server that answers with the Authorization header it was given."""
    httpserver.expect_request("/api/patients").respond_with_handler(
        lambda request: __import__("werkzeug").Response(request.headers.get("Authorization", "none"))
    )
    return {**CLINIC, "base_url": httpserver.url_for("/api")}


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_a_path_follows_the_address_of_the_credential(clinic):
    job = http.get("/patients", auth=state.configuration.clinic)
    assert job({"configuration": {"clinic": clinic}})["data"] == basic("reminders", "sunrise-9876")


def test_the_credential_of_another_system_is_taken_where_no_other_was_given(clinic):
    assert http.get("/patients")({"configuration": clinic})["data"] == basic("reminders", "sunrise-9876")


def test_openfns_spelling_of_the_address_and_a_token_are_taken_too(clinic):
    credential = {"baseUrl": clinic["base_url"], "access_token": "token-of-the-clinic"}
    job = http.get("/patients", auth=state.configuration.clinic)
    assert job({"configuration": {"clinic": credential}})["data"] == "Bearer token-of-the-clinic"


def test_a_configuration_as_openfns_http_adaptor_has_it_is_another_systems(clinic):
    configuration = {"baseUrl": clinic["base_url"], "access_token": "token-of-the-clinic"}
    assert http.get("/patients")({"configuration": configuration})["data"] == "Bearer token-of-the-clinic"


def test_an_address_without_a_user_or_a_token_is_enough_for_an_open_system(clinic):
    job = http.get("/patients", auth={"base_url": clinic["base_url"], "username": None})
    assert job({"configuration": {}})["data"] == "none"


def test_the_token_of_the_page_is_sent_to_no_other_system(clinic):
    page = {"access_token": "EAAG-token", "base_url": clinic["base_url"]}
    with pytest.raises(InvalidMessage, match="no credential of another system"):
        http.get("/patients")({"configuration": page})


@pytest.mark.parametrize("url", ["https://other.example/api/patients", "http://127.0.0.1:1/api/patients"])
def test_a_credential_is_sent_to_no_other_address(clinic, url):
    with pytest.raises(InvalidMessage, match="the credential in `auth` is for"):
        http.get(url, auth=state.configuration)({"configuration": clinic})


def test_a_path_may_not_lead_to_another_host(clinic):
    with pytest.raises(InvalidMessage, match="not an absolute http or https address"):
        http.get("//other.example/patients", auth=clinic)


@pytest.mark.parametrize(
    "credential", [{"base_url": "ftp://x", "token": "abc"}, {"base_url": "https://x", "password": "p"}]
)
def test_a_credential_that_cannot_be_used_is_refused(credential):
    with pytest.raises(InvalidMessage):
        http.get("/patients", auth=state.configuration)({"configuration": credential})


def test_neither_the_operation_nor_the_log_shows_the_password(clinic):
    lines: list[str] = []
    job = http.get("/patients", auth=clinic)
    with Run(sink=lambda *line: lines.append(str(line))):
        job({"configuration": {}})
    assert "sunrise-9876" not in repr(job) + "".join(lines)
