"""Objects of a request are read under the names that Meta's errors use."""

import pytest

from adaptor.sandbox.meta.errors import Refused
from adaptor.sandbox.request.request_object import RequestObject, is_url


def reader():
    return RequestObject(
        {"text": "abc", "none": None, "number": "7", "list": [{"a": 1}], "url": "http://a/"}, "message"
    )


@pytest.mark.parametrize(
    ("read", "code", "words"),
    [
        (lambda it: it.require("none"), 100, "The parameter message[none] is required"),
        (lambda it: it.text("text", most=2), 100, "Length of param message[text] must be less than or equal to 2"),
        (lambda it: it.text("text", least=4), 100, "Length of param message[text] must be greater than or equal to 4"),
        (lambda it: it.text("number", required=True) and it.number("number", 8, 9), 100, "an integer between 8 and 9"),
        (lambda it: it.choice("text", ("x", "y")), 100, "Param message[text] must be one of {x, y}"),
        (lambda it: it.url("text"), 100, "message[text] should represent a valid URL"),
        (lambda it: it.url("url", secure=True), 100, "message[url] should represent a valid URL"),
        (lambda it: it.object("text"), 100, "Param message[text] must be an object."),
        (lambda it: it.objects("list", 0), 100, "param message[list] has too many elements."),
        (lambda it: it.objects("list", 3, least=2), 194, "param message[list] has too few elements."),
        (lambda it: it.objects("list", 3)[0].require("b"), 100, "The parameter message[list][0][b] is required"),
        (lambda it: it.only({"text"}), 100, 'Invalid keys "none" were found in param "message".'),
    ],
)
def test_a_mistake_is_named_by_its_path(read, code, words):
    with pytest.raises(Refused) as refused:
        read(reader())
    assert refused.value.error.code == code
    assert words in refused.value.error.message


def test_what_is_optional_may_be_absent():
    it = reader()
    assert (it.text("none"), it.choice("none", ()), it.url("none"), it.objects("none", 1, required=False)) == (
        *(None, None, None),
        [],
    )
    it.number("none", 1, 2)


@pytest.mark.parametrize("value", [None, 1, "", "a", "ftp://a/", "http://", "http://[", "//a/"])
def test_what_is_no_web_address(value):
    assert not is_url(value)
