from datetime import datetime

import pytest


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/v26.0/me", ("ok",)),
        ("GET", "/me", ("ok",)),
        ("GET", "/v26.0/me/", ("ok",)),
        ("GET", "//v26.0//me", ("ok",)),
        ("GET", "/v27.0/me", ("ok",)),
        ("GET", "/v99.0/me", ("ok",)),
        ("GET", "/v26/me", (100, 33)),
        ("GET", "/v26.0/me/nothing", (2500, None)),
        ("POST", "/v26.0/me/messages/more", (2500, None)),
        ("GET", "/v26.0/me/messages", (100, 33)),
        ("DELETE", "/v26.0/me", (100, 33)),
        ("GET", "/v26.0/you", (100, 33)),
        ("GET", "/v26.0", (100, 33)),
        ("POST", "/", (100, 33)),
        ("PUT", "/v26.0/me/messages", (100, 33)),
        ("GET", "/v26.0/%00%ff", (100, 33)),
    ],
)
def test_a_path_leads_somewhere_or_is_refused_as_at_meta(caller, code, method, path, expected):
    assert code(caller.request(method, path)) == expected


@pytest.mark.parametrize("edge", ["", "/messages"])
def test_another_page_cannot_be_seen_with_this_token(visit, code, edge):
    caller = visit(people=[])
    response = caller.request("POST", f"/v26.0/999{edge}", json={"message": {"text": "hi"}})
    assert code(response) == (100, 33)
    assert response.json()["error"]["type"] == "GraphMethodException"
    assert response.json()["error"]["message"].startswith(
        "Unsupported post request. Object with ID '999' does not exist, cannot be loaded due to missing permissions"
    )


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("/v26.0/me", "v26.0"),
        ("/v25.0/me", "v25.0"),
        ("/v21.0/me", "v21.0"),
        ("/v6.0/me", "v21.0"),
        ("/me", "v21.0"),
        ("/v26.5/me", "v26.0"),
        ("/v27.0/me", "v27.0"),
        ("/v28.0/me", "v27.0"),
        ("/v99.0/me", "v27.0"),
        ("/v25.0/me/nothing", "v25.0"),
    ],
)
def test_the_header_tells_which_version_answered(caller, path, version):
    assert caller.get(path).headers["facebook-api-version"] == version


@pytest.mark.parametrize(
    ("day", "version"),
    [("2027-01-20", "v21.0"), ("2027-01-21", "v22.0"), ("2028-02-18", "v25.0"), ("2030-01-01", "v26.0")],
)
def test_an_ended_version_is_answered_by_the_oldest_that_is_served(visit, day, version):
    caller = visit(now=lambda: datetime.fromisoformat(f"{day}T12:00:00+00:00"))
    assert caller.get("/v21.0/me").headers["facebook-api-version"] == version
