"""Every public function says what is wrong with a call, on the line where it is written."""

import inspect

import pytest

import adaptor
from adaptor import WrongCall

FUNCTIONS = {
    name: value
    for name in adaptor.__all__
    if callable(value := getattr(adaptor, name)) and not isinstance(value, type) and name != "state"
}


def required(function):
    parameters = inspect.signature(function).parameters.values()
    named = [one for one in parameters if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)]
    return [one.name for one in named if one.default is one.empty]


def takes_any(function):
    return any(parameter.kind is parameter.VAR_KEYWORD for parameter in inspect.signature(function).parameters.values())


def refusal(name, **arguments):
    """Call a function in a wrong way, and return its error."""
    with pytest.raises(TypeError) as caught:
        FUNCTIONS[name](**arguments)
    return caught.value


def test_missing_arguments_are_named():
    wrong = {}
    for name, function in FUNCTIONS.items():
        if arguments := required(function):
            message = str(refusal(name))
            if not all(part in message for part in (f"{name}()", *arguments)):
                wrong[name] = message
    assert wrong == {}


def test_an_unknown_keyword_is_named():
    messages = {name: str(refusal(name, unknown=1)) for name, function in FUNCTIONS.items() if not takes_any(function)}
    assert {name: message for name, message in messages.items() if "unknown" not in message} == {}


def test_a_wrong_call_of_an_operation_shows_how_it_is_called():
    errors = {
        name: refusal(name, unknown=1) for name, function in FUNCTIONS.items() if hasattr(function, "__operation__")
    }
    assert {name for name, error in errors.items() if type(error) is not WrongCall} == set()
    fixes = {name: error.fix for name, error in errors.items()}
    assert {name: fix for name, fix in fixes.items() if not fix.startswith(f"Write {name}(")} == {}


#: Arguments of the wrong kind, of which each function says so when it is called, or when it runs.
WRONG_KINDS = {
    "as_": ("key", 5),
    "combine": (5,),
    "each": (5, lambda s: s),
    "execute": ("text",),
    "fn": ("text",),
    "fn_if": (True, "text"),
    "group": (5, "key"),
    "map_": ([1], "text"),
    "merge": (5, {}),
    "parse_csv": (5,),
    "data_value": (5,),
    "source": (5,),
    "source_value": (5,),
    "data_path": (5,),
    "try_each": ([1], None),
    "send_text": (5.5, "hi"),
    "send_image": ("1", 5.5),
    "send_audio": ("1", []),
    "send_file": ("1", True),
    "send_images": ("1", "https://example.org/a.png"),
    "send_sticker": ("1", "smile"),
    "send_video": ("1", {}),
    "private_reply": ("1", "text"),
    "upload_attachment": ("picture", "https://example.org/a.png"),
    "send_template": ("1", "text"),
    "send_message": ("1", "text"),
    "send_utility": ("1", "name", 5),
    "post_message": ("text",),
    "typing_on": (None,),
    "typing_off": ([],),
    "mark_seen": (True,),
    "react": ("1", "m_1", ""),
    "unreact": ("1", None),
    "quick_reply": (5,),
    "url_button": ("Map", 5),
    "postback_button": (None,),
    "button_template": ("text", "buttons"),
    "generic_template": ("elements",),
    "element": (5,),
    "quick_reply_phone": (5,),
    "quick_reply_email": (5,),
    "call_button": ("Call", 15105551234),
    "account_link_button": (5,),
    "account_unlink_button": (5,),
    "game_play_button": ([],),
    "media_template": (5,),
    "receipt_template": ("Ana", "A-17"),
    "receipt_element": ("Shirt", "much"),
    "product_template": ("77",),
    "coupon_template": (5, "TEN"),
    "customer_feedback_template": ("How?", "visit"),
    "feedback_question": ("visit", 5),
    "image_grid_template": ("images",),
    "grid_image": (5,),
    "instant_form_template": ([],),
    "customer_information_template": ("https://example.org",),
    "menu_item": (5,),
    "ice_breaker": (5,),
    "template_body": (5,),
    "template_header": (5,),
    "template_buttons": ("buttons",),
    "get_messenger_profile": (5,),
    "set_messenger_profile": ("greeting",),
    "delete_messenger_profile": (5,),
    "set_get_started": (5,),
    "set_greeting": (5,),
    "set_ice_breakers": ("Where are you?",),
    "set_persistent_menu": ("menu",),
    "set_commands": (5,),
    "set_whitelisted_domains": (5,),
    "set_account_linking_url": (5,),
    "get_user_menu": ([],),
    "set_user_menu": ("1", 5),
    "delete_user_menu": (None,),
    "create_persona": ("Ada", 5),
    "get_persona": ([],),
    "list_personas": (5,),
    "delete_persona": (True,),
    "get_user_profile": (5.5,),
    "get_account_link": (5,),
    "unlink_account": ([],),
    "block_user": (None,),
    "unblock_user": ({},),
    "moderate_conversations": ("1", "BLOCK_USER"),
    "create_label": (5,),
    "get_label": ({},),
    "list_labels": (5,),
    "list_user_labels": ([],),
    "assign_label": ("1", None),
    "remove_label": (True, "5"),
    "delete_label": ([],),
    "list_conversations": ("1",),
    "get_conversation": ([],),
    "list_messages": (None,),
    "get_message": ({},),
    "pass_thread_control": ("1", "inbox"),
    "take_thread_control": (5.5,),
    "request_thread_control": ([],),
    "release_thread_control": (None,),
    "extend_thread_control": ("1", "a day"),
    "get_thread_owner": ([],),
    "get_messaging_feature_status": (5,),
    "subscribe_app": (5,),
    "list_subscribed_apps": (5,),
    "unsubscribe_app": (5,),
    "list_feature_reviews": (5,),
    "set_nlp_configs": (True,),
    "get_insights": (5,),
    "list_notification_tokens": (5,),
    "list_blocked_users": (5,),
    "reply_to_comment": ([], "hi"),
    "list_welcome_message_flows": (5,),
    "create_welcome_message_flow": ("name", 5),
    "update_welcome_message_flow": ("1",),
    "delete_welcome_message_flow": ([],),
    "upload_template_image": ("map.png",),
    "copy_message_template": ("reminder",),
    "create_message_template": ("name", "en", 5),
    "update_message_template": ("1", 5),
    "get_message_template": ([],),
    "list_message_templates": (5,),
    "delete_message_template": (None,),
    "search_template_library": (5,),
    "get_page": (5,),
    "create_subscription": (5, "messages"),
    "list_subscriptions": (5,),
    "delete_subscription": (5,),
    "debug_token": (5,),
    "list_sticker_packs": (5,),
    "list_stickers": ([],),
    "search_stickers": (5,),
    "batch": (lambda s: s,),
    "broadcast": ([{"psid": "1"}], 5),
    "graph_request": ("GET", "me", "fields=id"),
    "array_to_string": (5, ","),
    "chunk": ("text", 2),
    "cursor": ("now", 5),
    "join": ([1], 5, "key"),
    "json_value": ({}, 5),
    "last_reference_value": (5,),
    "local_time": ("2026-11-30T23:30:00Z", 5),
    "reference_path": (5,),
    "split_keys": (5, ["a"]),
    "validate": (5,),
    "fields": (5,),
    "operation": (5,),
    "compose_next_state": (5, 1),
    "expand_references": (5, lambda s: s["a"]),
}

#: These take whatever they are given.
TAKE_ANYTHING = {"assert_", "debug", "field", "human_proper", "index", "log", "scrub_emojis", "to_array"}


def test_every_function_is_tried_with_arguments_of_the_wrong_kind():
    assert set(WRONG_KINDS) | TAKE_ANYTHING == set(FUNCTIONS)
    assert not set(WRONG_KINDS) & TAKE_ANYTHING


def perform(function, arguments):
    return function(*arguments)({"data": {}, "references": []})


def test_an_argument_of_the_wrong_kind_is_an_error_with_a_fix():
    for name, arguments in WRONG_KINDS.items():
        with pytest.raises(adaptor.AdaptorError) as caught:
            perform(FUNCTIONS[name], arguments)
        assert caught.value.fix, name
        assert type(caught.value) is not adaptor.AdaptorError, name
