import pytest

from adaptor.sandbox.access import prove


@pytest.mark.parametrize(
    ("secret", "token", "proof"),
    [
        ("12345678", "12345678", "e220691b3e23647fc17c4b282bb469ac77fbadb8f5c77898294e42de95add560"),
        ("shhhhh!is.my.secret", "foo_token", "796ba0d8a6b339e476a7b166a9e8ac0a395f7de736dc37de5f2f4397f5854eb8"),
    ],
)
def test_the_proof_is_the_one_of_the_published_vectors(secret, token, proof):
    assert prove(secret, token) == proof


def test_the_token_is_accepted_in_the_header_the_query_and_the_body(caller):
    token = caller.sandbox.access_token
    del caller.session.headers["Authorization"]
    body = {"recipient": {"id": "1"}, "message": {"text": "hi"}}
    answers = [
        caller.request("GET", "/me", headers={"Authorization": f"Bearer {token}"}),
        caller.request("GET", "/me", headers={"Authorization": f"OAuth {token}"}),
        caller.request("GET", "/me", params={"access_token": token}),
        caller.request("POST", "/me/messages", json={**body, "access_token": token}),
        caller.request(
            "POST", "/me/messages", data={"recipient": "{id:1}", "message": "{text:hi}", "access_token": token}
        ),
    ]
    assert [answer.status_code for answer in answers] == [200] * 5


def test_a_missing_token_is_2500(caller, code):
    del caller.session.headers["Authorization"]
    response = caller.send({"text": "hi"})
    assert (response.status_code, code(response)) == (400, (2500, None))


def test_a_wrong_token_is_190_and_says_so_in_the_challenge(caller, code):
    caller.session.headers["Authorization"] = "Bearer EAAwrong"
    response = caller.send({"text": "hi"})
    assert (response.status_code, code(response)) == (400, (190, None))
    assert response.json()["error"]["type"] == "OAuthException"
    expected = 'OAuth "Facebook Platform" "invalid_token" "Invalid OAuth access token."'
    assert response.headers["WWW-Authenticate"] == expected


def test_a_token_of_ones_own_is_accepted(visit):
    caller = visit(access_token="mine")
    assert caller.sandbox.access_token == "mine"
    assert caller.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("settings", "proof", "expected"),
    [
        ({}, None, ("ok",)),
        ({}, "anything", ("ok",)),
        ({"app_secret": "s"}, None, ("ok",)),
        ({"app_secret": "s"}, prove("s", "t"), ("ok",)),
        ({"app_secret": "s"}, prove("wrong", "t"), (100, None)),
        ({"app_secret": "s", "require_proof": True}, None, (100, None)),
        ({"app_secret": "s", "require_proof": True}, prove("s", "t"), ("ok",)),
    ],
)
def test_the_proof_is_checked_when_given_and_required_when_asked_for(visit, code, settings, proof, expected):
    caller = visit(access_token="t", **settings)
    response = caller.get("/me", params={"appsecret_proof": proof} if proof else {})
    assert code(response) == expected
    if expected != ("ok",):
        assert response.json()["error"]["type"] == "GraphMethodException"
