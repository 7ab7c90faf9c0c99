"""The state that the command line gives."""

import os

import pytest

from adaptor.core.errors import InputError
from adaptor.runner.input.source import of_argument


@pytest.mark.parametrize("text", ['{"n": 1}', '{"n": "Zoë 😀"}', '{"n": "\\ud83d"}'])
def test_a_text_is_taken_as_it_is(text):
    assert of_argument(text).text == text


def test_what_a_locale_without_utf_8_has_left_of_a_text_is_put_together_again():
    given = '{"n": "Zoë 😀"}'.encode().decode("ascii", "surrogateescape")
    assert of_argument(given).text == '{"n": "Zoë 😀"}'


def test_what_is_no_utf_8_is_refused():
    with pytest.raises(InputError) as refused:
        of_argument(os.fsdecode(b'{"n": "\xe9"}'))
    assert refused.value.description == "It is not UTF-8."
