ANA = "6543210987654321"


def create(caller, **name):
    return caller.request("POST", "/v26.0/me/custom_labels", params=name)


def names(caller, path):
    return [each["page_label_name"] for each in caller.get(path).json()["data"]]


def test_a_label_is_made_worn_and_taken_off(caller, code):
    label = create(caller, page_label_name="vip").json()["id"]
    assert caller.get(f"/{label}").json() == {"id": label, "page_label_name": "vip"}
    assert names(caller, "/me/custom_labels") == ["vip"]
    for _ in range(2):
        assert caller.request("POST", f"/{label}/label", params={"user": ANA}).json() == {"success": True}
    assert names(caller, f"/{ANA}/custom_labels") == ["vip"]
    assert caller.request("DELETE", f"/{label}/label", params={"user": ANA}).json() == {"success": True}
    assert names(caller, f"/{ANA}/custom_labels") == []
    assert caller.request("DELETE", f"/{label}").json() == {"success": True}
    assert names(caller, "/me/custom_labels") == []


def test_the_old_parameter_is_still_understood(caller, code):
    assert code(create(caller, name="vip")) == ("ok",)
    assert code(create(caller, page_label_name="vip")) == (100, None)
    assert code(create(caller)) == (100, None)


def test_a_label_needs_somebody_who_exists(visit, code):
    caller = visit(people=[])
    label = create(caller, page_label_name="vip").json()["id"]
    assert code(caller.request("POST", f"/{label}/label", params={"user": ANA})) == (100, 2018001)
    assert code(caller.request("POST", f"/{label}/label")) == (100, None)
    assert code(caller.get(f"/{ANA}/custom_labels")) == (100, 33)


def test_without_the_accepted_terms_there_are_no_labels(caller, code):
    caller.sandbox._page.terms_accepted = False
    response = caller.get("/me/custom_labels")
    assert code(response) == (2, 2018344)
    assert response.json()["error"]["is_transient"] is False
    assert response.json()["error"]["error_user_title"] == "Privacy ToS not accepted"
