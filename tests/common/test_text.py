"""Texts: names put into proper case, emojis taken out."""

import pickle
import unicodedata

import pytest
from hypothesis import given, strategies as st

from adaptor import WrongCall, expand_references, human_proper, scrub_emojis, state

PROPER = [
    ("HELLO", "Hello"),
    ("first_name", "First Name"),
    ("date-of-BIRTH", "Date Of Birth"),
    ("ana maria", "Ana Maria"),
    ("o'neill", "O'neill"),
    ("(hello)", "(Hello)"),
    ("émile ÉTÉ", "Émile Été"),
    ("анна", "Анна"),
    ("3rd floor", "3rd Floor"),
    ("  two  spaces ", "  Two  Spaces "),
    ("a\nb", "A\nB"),
    ("ǆ", "ǅ"),
    ("नमस्ते", "नमस्ते"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "expected"), PROPER)
def test_a_text_is_written_as_a_name_for_people(text, expected):
    assert human_proper(text) == expected


@pytest.mark.parametrize("value", [5, None, ["a_b"], True])
def test_what_is_no_text_comes_back_as_it_is(value):
    assert human_proper(value) == value


@given(st.text())
def test_there_is_neither_an_underscore_nor_a_hyphen_left(text):
    assert not set("_-") & set(human_proper(state.text)({"text": text}))


EMOJIS = {
    "a face": "😀",
    "a new one": "🫩",
    "one of the old signs": "☀",
    "with a selector": "☀️",
    "a heart": "❤️",
    "a heart as text": "❤︎",
    "a star": "⭐",
    "a skin tone": "👍🏽",
    "a tone behind a selector": "☝️🏽",
    "a tone alone": "🏽",
    "a family": "👨‍👩‍👧‍👦",
    "a health worker": "👩🏾‍⚕️",
    "a runner": "🏃🏽‍♀️‍➡️",
    "a head that shakes": "🙂‍↔️",
    "a heart on fire": "❤️‍🔥",
    "a flag": "🇰🇪",
    "a flag of tags": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "a rainbow flag": "🏳️‍🌈",
    "a key": "1️⃣",
    "a key without a selector": "#⃣",
    "an arrow that wants to be one": "➡️",
    "a sign that wants to be one": "©️",
    "a button": "🆗",
    "a Japanese button": "🈵",
    "a card": "🃏",
    "a circle": "🟢",
}


@pytest.mark.parametrize("emoji", EMOJIS.values(), ids=EMOJIS)
def test_what_people_see_as_one_emoji_is_replaced_once(emoji):
    assert scrub_emojis(f"a{emoji}b", "?") == "a?b"


@pytest.mark.parametrize("emoji", EMOJIS.values(), ids=EMOJIS)
def test_several_emojis_are_replaced_one_by_one(emoji):
    assert scrub_emojis(f"{emoji}{emoji} {emoji}", "?") == "?? ?"


def test_flags_side_by_side_are_as_many_and_half_a_flag_goes_too():
    assert scrub_emojis("🇰🇪🇺🇬🇹🇿 🇰", "?") == "??? ?"


LEFT = {
    "currency": "€ $ £ ¥ ₦ ₹ ₿ ₱ ﷼ ₸ 100 KSh",
    "digits and keys": "0 1 2 * # 1) #5",
    "signs": "© ® ™ § ¶ † ‡ • … – — “quoted” ‘so’ « » ° ± × ÷ ½ № ℃ ✓ ‼ ℹ",
    "arrows and shapes": "→ ← ↑ ↔ ↩ ▶ ◀ ▪ ■ □ ● ○ ◆",
    "signs of sex": "♀ ♂ ⚧",
    "Latin": "Ångström naïve ǅ ß Ñ ş ẩ",
    "Cyrillic": "Привет Ђорђе Қазақ",
    "Greek": "Γειά σου",
    "Arabic": "مرحبا می‌خواهم لا",
    "Hebrew": "שלום",
    "Devanagari with joiners": "नमस्ते क्‍ष र्‍य",
    "Sinhala with joiners": "ශ්‍රී ලංකා",
    "Tamil": "வணக்கம்",
    "Thai": "สวัสดี",
    "Burmese": "မင်္ဂလာပါ",
    "Khmer": "សួស្តី",
    "Amharic": "ሰላም",
    "Chinese": "你好，世界！〇々",
    "rare Chinese": "𠮷野家 㐂",
    "Japanese": "こんにちは カタカナ 〜「」㊗㊙㈱",
    "Korean": "안녕하세요",
    "Mongolian with selectors": "ᠮᠣᠩᠭᠣᠯ᠋",
    "Cherokee, N'Ko, Adlam": "ᏣᎳᎩ ߒߞߏ 𞤀𞤁𞤂",
    "mathematics": "∑ √ ∞ ≠ ≤ 𝒳 𝔸 ²",
    "letters with marks": "e\u0301 a\u030a q\u0307",
}


@pytest.mark.parametrize("text", LEFT.values(), ids=LEFT)
def test_scripts_currency_and_signs_are_left_alone(text):
    assert scrub_emojis(text, "?") == text


def scrubbed(text, *replacement):
    # Read from a state: what is written in a job is looked through for f-strings first.
    return scrub_emojis(state.text, *replacement)({"text": text})


def test_every_letter_mark_digit_and_currency_sign_there_is_stays():
    kept = [
        sign
        for sign in map(chr, range(0x110000))
        # A selector and the frame of a key belong to an emoji when they stand behind one: these are tried above.
        if (unicodedata.category(sign)[0] in "LMN" or unicodedata.category(sign) == "Sc") and sign not in "\ufe0f\u20e3"
    ]
    assert scrubbed("".join(kept), "?") == "".join(kept)


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Z", "Sc", "Cc"])))
def test_a_text_of_letters_stays_as_it_is(text):
    assert scrubbed(text) == text


@given(st.text(), st.sampled_from(sorted(EMOJIS.values())), st.text(alphabet="abc€ñ你", min_size=1))
def test_no_face_is_left_anywhere(before, emoji, after):
    text = scrubbed(before + emoji + after, "?")
    assert not any(0x1F600 <= ord(sign) <= 0x1F64F for sign in text)
    assert text.endswith(after)


@given(st.text())
def test_scrubbing_twice_is_scrubbing_once(text):
    assert scrubbed(scrubbed(text)) == scrubbed(text)


def test_the_replacement_is_taken_as_it_is_written():
    assert scrub_emojis("a😀b", r"\1\g<0>") == r"a\1\g<0>b"
    assert scrub_emojis("a😀b", "") == "ab"
    assert scrub_emojis("a😀b") == scrub_emojis("a😀b", None) == "a\ufffdb"


@pytest.mark.parametrize("text", [None, "", "plain"])
def test_without_emojis_the_text_comes_back(text):
    assert scrub_emojis(text) == text


STATE = {"data": {"text": "héllo 😀", "sign": "*"}}
LAZY = [
    (scrub_emojis(state.data.text, state.data.sign), "héllo *", "scrub_emojis(state.data.text, state.data.sign)"),
    (scrub_emojis(state.data.text, replacement="-"), "héllo -", "scrub_emojis(state.data.text, '-')"),
    (scrub_emojis(f"{state.data.text}😀", ""), "héllo ", "scrub_emojis(f'{state.data.text}😀', '')"),
    (human_proper(state.data.text), "Héllo 😀", "human_proper(state.data.text)"),
    (human_proper(scrub_emojis(state.data.text, "x")), "Héllo X", "human_proper(scrub_emojis(state.data.text, 'x'))"),
]


@pytest.mark.parametrize(("lazy", "expected", "printed"), LAZY, ids=[row[2] for row in LAZY])
def test_with_a_lazy_argument_the_helper_is_a_lazy_reference(lazy, expected, printed):
    assert expand_references(STATE, [lazy]) == [[expected]]
    twin = pickle.loads(pickle.dumps(lazy))
    assert repr(lazy) == repr(twin) == printed
    assert lazy(STATE) == twin(STATE) == expected


WRONG = [
    (lambda: scrub_emojis(5), "`text` of scrub_emojis() must be a text, not an int."),
    (lambda: scrub_emojis(["😀"]), "`text` of scrub_emojis() must be a text, not a list."),
    (lambda: scrub_emojis("😀", 5), "`replacement` of scrub_emojis() must be a text, not an int."),
    (lambda: scrub_emojis(), "scrub_emojis() is missing `text`."),
    (lambda: scrub_emojis("a", replace="b"), "scrub_emojis() does not take `replace`. Did you mean `replacement`?"),
    (lambda: human_proper(), "human_proper() is missing `text`."),
    (lambda: human_proper("a", "b"), "human_proper() takes 1 positional argument, but 2 were given."),
    (lambda: human_proper(txt="a"), "human_proper() does not take `txt`. Did you mean `text`?"),
]


@pytest.mark.parametrize(("call", "words"), WRONG, ids=[row[1] for row in WRONG])
def test_a_wrong_call_is_refused_with_what_to_write(call, words):
    with pytest.raises(WrongCall) as caught:
        call()
    assert str(caught.value) == words
