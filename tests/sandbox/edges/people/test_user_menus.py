ANA = "6543210987654321"
MENU = [{"locale": "default", "call_to_actions": [{"type": "postback", "title": "Help", "payload": "H"}]}]
PATH = "/v26.0/me/custom_user_settings"


def test_one_person_has_a_menu_of_their_own(caller, code):
    body = {"psid": ANA, "persistent_menu": MENU}
    assert code(caller.request("POST", PATH, json=body)) == (100, None)
    caller.request("POST", "/me/messenger_profile", json={"get_started": {"payload": "GO"}, "persistent_menu": MENU})
    assert caller.request("POST", PATH, json=body).json() == {"result": "success"}
    found = caller.get(PATH, params={"psid": ANA}).json()
    assert found == {"data": [{"user_level_persistent_menu": MENU, "page_level_persistent_menu": MENU}]}
    query = {"psid": ANA, "params": '["persistent_menu"]'}
    assert caller.request("DELETE", PATH, params=query).json() == {"result": "success"}
    assert caller.get(PATH, params={"psid": ANA}).json() == {"data": [{"page_level_persistent_menu": MENU}]}
    assert caller.get(PATH, params={"psid": "1"}).json()["data"] == [{"page_level_persistent_menu": MENU}]


def test_it_needs_a_person_a_menu_and_the_right_parameter(visit, code):
    caller = visit(people=[{"id": ANA}])
    assert code(caller.get(PATH)) == (100, None)
    assert code(caller.get(PATH, params={"psid": "1"})) == (100, 2018001)
    assert code(caller.request("POST", PATH, json={"psid": ANA})) == (100, None)
    assert code(caller.request("DELETE", PATH, params={"psid": ANA, "params": '["colour"]'})) == (100, None)


def test_nobody_has_a_menu_at_first(caller):
    assert caller.get(PATH, params={"psid": ANA}).json() == {"data": []}
