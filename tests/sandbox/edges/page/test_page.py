import pytest


def test_the_page_tells_what_it_is_asked(caller):
    found = caller.get("/v26.0/me", params={"fields": "id,name,messaging_feature_status,category"}).json()
    assert found["messaging_feature_status"] == {"hop_v2": False, "msgr_multi_app": False, "ig_multi_app": False}
    assert list(found) == ["id", "name", "messaging_feature_status", "category"]


@pytest.mark.parametrize(("development", "status"), [(False, "approved"), (True, "pending")])
def test_features_are_reviewed_unless_the_app_is_in_development(visit, development, status):
    found = visit(development=development).get("/me/messaging_feature_review").json()["data"]
    assert {each["status"] for each in found} == {status}
    assert "human_agent" in {each["feature"] for each in found}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"nlp_enabled": True}, ("ok",)),
        ({"nlp_enabled": "true", "model": "PORTUGUESE", "n_best": "3", "verbose": False}, ("ok",)),
        ({"model": "KLINGON"}, (100, None)),
        ({"model": "CUSTOM"}, (100, None)),
        ({"model": "CUSTOM", "custom_token": "t"}, ("ok",)),
        ({"n_best": 9}, (100, None)),
        ({"nlp_enabled": "perhaps"}, (100, None)),
    ],
)
def test_natural_language_is_configured(caller, code, body, expected):
    assert code(caller.request("POST", "/me/nlp_configs", json=body)) == expected
