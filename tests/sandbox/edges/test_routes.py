import pytest


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/v26.0/me", ("ok",)),
        ("GET", "/me", ("ok",)),
        ("GET", "/v26.0/me/", ("ok",)),
        ("GET", "//v26.0//me", ("ok",)),
        ("GET", "/v99.0/me", (2500, None)),
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
        ("/v99.0/me", "v26.0"),
        ("/v25.0/me/nothing", "v25.0"),
    ],
)
def test_the_header_tells_which_version_answered(caller, path, version):
    assert caller.get(path).headers["facebook-api-version"] == version


def test_a_method_may_stand_in_the_parameters(caller):
    made = caller.request("POST", "/me/custom_labels", data={"name": "vip"}).json()["id"]
    assert caller.request("POST", f"/{made}", data={"method": "delete"}).json() == {"success": True}
    assert caller.get("/me/custom_labels").json()["data"] == []
