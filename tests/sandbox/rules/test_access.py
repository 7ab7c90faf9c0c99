import pytest

from adaptor.sandbox.rules.access import prove


@pytest.mark.parametrize(
    ("secret", "token", "proof"),
    [
        ("the-secret-of-an-app", "EAAG-a-token", "b563190ed149941e994a9d22302a04ec878143d1ddc329f2334d3d06321e2fc0"),
        ("Zwölf Äpfel", "EAAG-another-token", "078b81a50f589e11b4875504744f9198971b1d4fb4e8e33026d480f69f4cd9d1"),
    ],
)
def test_the_proof_is_what_openssl_gives_for_token_and_secret(secret, token, proof):
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
