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


@pytest.mark.parametrize("name", [name for name, function in FUNCTIONS.items() if required(function)])
def test_a_missing_argument_is_named(name):
    with pytest.raises(TypeError) as caught:
        FUNCTIONS[name]()
    assert f"{name}()" in str(caught.value)
    for argument in required(FUNCTIONS[name]):
        assert argument in str(caught.value)


@pytest.mark.parametrize("name", [name for name, function in FUNCTIONS.items() if not takes_any(function)])
def test_an_unknown_keyword_is_named(name):
    with pytest.raises(TypeError) as caught:
        FUNCTIONS[name](no_such_argument=1)
    assert "no_such_argument" in str(caught.value)


OPERATIONS = [name for name, function in FUNCTIONS.items() if hasattr(function, "__operation__")]


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_wrong_call_of_an_operation_shows_how_it_is_called(name):
    with pytest.raises(WrongCall) as caught:
        FUNCTIONS[name](no_such_argument=1)
    assert caught.value.fix.startswith(f"Write {name}(")


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
    "batch": (lambda s: s,),
    "graph_request": ("GET", "me", "fields=id"),
    "array_to_string": (5, ","),
    "chunk": ("text", 2),
    "cursor": ("now", 5),
    "join": ([1], 5, "key"),
    "json_value": ({}, 5),
    "last_reference_value": (5,),
    "reference_path": (5,),
    "split_keys": (5, ["a"]),
    "validate": (5,),
    "fields": (5,),
    "compose_next_state": (5, 1),
    "expand_references": (5, lambda s: s["a"]),
}

#: These take whatever they are given.
TAKE_ANYTHING = {"assert_", "debug", "field", "human_proper", "index", "log", "scrub_emojis", "to_array"}


def test_every_function_is_tried_with_arguments_of_the_wrong_kind():
    assert set(WRONG_KINDS) | TAKE_ANYTHING == set(FUNCTIONS)
    assert not set(WRONG_KINDS) & TAKE_ANYTHING


@pytest.mark.parametrize("name", WRONG_KINDS)
def test_an_argument_of_the_wrong_kind_is_an_error_with_a_fix(name):
    def call():
        FUNCTIONS[name](*WRONG_KINDS[name])({"data": {}, "references": []})

    with pytest.raises(adaptor.AdaptorError) as caught:
        call()
    assert caught.value.fix
    assert type(caught.value) is not adaptor.AdaptorError
