def test_the_tokens_of_those_who_opted_in_are_listed(caller):
    assert caller.get("/v26.0/me/notification_message_tokens").json() == {"data": []}
    details = {"type": "notification_messages", "notification_messages_token": "77", "user_token_status": "REFRESHED"}
    caller.sandbox.person("5").opts_in("payload", title="Birds", **details)
    caller.sandbox.person("6").opts_in("a box without a token")
    (found,) = caller.get("/me/notification_message_tokens").json()["data"]
    assert found == {"notification_messages_token": "77", "recipient_id": "5", "user_token_status": "REFRESHED"}
    query = {"fields": "topic_title"}
    assert caller.get("/me/notification_message_tokens", params=query).json()["data"] == [{"topic_title": "Birds"}]
