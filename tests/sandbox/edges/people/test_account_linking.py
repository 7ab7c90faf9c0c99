ANA = "6543210987654321"
LOGIN = {
    "template_type": "button",
    "text": "Please log in",
    "buttons": [{"type": "account_link", "url": "https://example.com/login"}],
}


def test_the_token_of_the_login_page_tells_whose_it_is(caller, code):
    caller.template(LOGIN)
    address = caller.sandbox.person(ANA).taps("Log In")
    start, _, token = address.partition("?account_linking_token=")
    assert start == "https://example.com/login"
    query = {"fields": "recipient", "account_linking_token": token}
    assert caller.get("/v26.0/me", params=query).json() == {"recipient": ANA, "id": caller.sandbox.page_id}
    caller.sandbox.advance(minutes=5, seconds=1)
    assert code(caller.get("/me", params=query)) == (10303, None)
    assert code(caller.get("/me", params={"account_linking_token": "x"})) == (10303, None)


def test_an_account_is_unlinked(visit, code):
    caller = visit(people=[{"id": ANA}])
    caller.sandbox.person(ANA).links_account("secret code")
    assert caller.sandbox.people[0].linked == "secret code"
    answer = caller.request("POST", "/me/unlink_accounts", json={"psid": ANA})
    assert answer.json() == {"result": "unlink account success"}
    assert caller.sandbox.people[0].linked is None
    assert code(caller.request("POST", "/me/unlink_accounts", json={"psid": "1"})) == (100, 2018001)
    assert code(caller.request("POST", "/me/unlink_accounts")) == (100, None)
