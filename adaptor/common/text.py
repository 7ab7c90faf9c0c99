"""Texts: names put into proper case, emojis taken out."""

from __future__ import annotations

from ..core.operation import Value
from .calculation import calculation, wrong_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The heading under which `adaptor docs` shows this module.
HEADING = "data"

#: Characters that are always shown as emojis: the Emoji property of Unicode 16 (UTS #51, emoji-data.txt,
#: checked 2026-11-23), without letters, digits, punctuation and arrows, and the blocks that Unicode keeps for emojis.
_EMOJI = (
    "\u231a\u231b\u23e9-\u23f3\u23f8-\u23fa\u25fd\u25fe\u2600-\u2604\u260e\u2614\u2615\u2618\u261d\u2620\u2622\u2623"
    "\u2626\u262a\u262e\u262f\u2638-\u263a\u2648-\u2653\u265f\u2660\u2663\u2665\u2666\u2668\u267b\u267e\u267f"
    "\u2692-\u2697\u2699\u269b\u269c\u26a0\u26a1\u26aa\u26ab\u26b0\u26b1\u26bd\u26be\u26c4\u26c5\u26c8\u26ce\u26cf"
    "\u26d1\u26d3\u26d4\u26e9\u26ea\u26f0-\u26f5\u26f7-\u26fa\u26fd\u2702\u2705\u2708-\u270d\u270f\u2712\u271d\u2721"
    "\u2728\u2733\u2734\u2744\u2747\u274c\u274e\u2753-\u2755\u2757\u2763\u2764\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c"
    "\u2b50\u2b55"
    "\U0001f004\U0001f0cf\U0001f18e\U0001f191-\U0001f19a\U0001f201\U0001f21a\U0001f22f\U0001f232-\U0001f236"
    "\U0001f238-\U0001f23a\U0001f250\U0001f251\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\U0001f7e0-\U0001f7ff"
    "\U0001f900-\U0001f9ff\U0001fa70-\U0001faff"
)
#: Characters that are text unless a variation selector asks for the emoji: ©, ™, arrows, ♀, ✔, ㊗, 🅰 and the like.
_TEXT_OR_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u2328\u23cf\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb\u25fc"
    "\u2611\u2640\u2642\u2695\u26a7\u2714\u2716\u27a1\u2934\u2935\u2b05-\u2b07\u3030\u303d\u3297\u3299"
    "\U0001f170\U0001f171\U0001f17e\U0001f17f\U0001f202\U0001f237"
)
_TONE = "[\U0001f3fb-\U0001f3ff]"
_FIRST = f"(?:[{_EMOJI}][\ufe0e\ufe0f]?|[{_TEXT_OR_EMOJI}]\ufe0f){_TONE}?"
_NEXT = f"[{_EMOJI}{_TEXT_OR_EMOJI}][\ufe0e\ufe0f]?{_TONE}?"
_PATTERN = (
    # A flag of two letters (or a letter alone), a key, a tone alone, or one emoji with all that is joined to it.
    "[\U0001f1e6-\U0001f1ff]{1,2}"
    f"|{_TONE}"
    "|[0-9#*]\ufe0f?\u20e3"
    f"|{_FIRST}(?:[\U000e0020-\U000e007e]+\U000e007f)?(?:\u200d{_NEXT})*"
)


@calculation
def human_proper(text: Value[Any]) -> Any:
    """Write a text as a name for people: `_` and `-` become spaces, each word begins with a capital.

    Args:
        text: The text. Anything that is not text comes back as it is.

    Returns:
        A text; a lazy reference where the text is lazy.

    Example:
        >>> human_proper("FIRST_name"), human_proper("émile zola")
        ('First Name', 'Émile Zola')
    """
    if not isinstance(text, str):
        return text
    import re

    spaced = text.replace("_", " ").replace("-", " ")
    return re.sub(r"\w\S*", lambda word: word[0][0].title() + word[0][1:].lower(), spaced)


@calculation
def scrub_emojis(text: Value[str | None], replacement: Value[str | None] = None) -> str | None:
    """Replace the emojis in a text, for systems that cannot take them.

    Letters of all scripts, digits, punctuation, currency and signs such as © or → stay. What people see as one emoji
    (a family, a flag, a skin tone, a key) is replaced once.

    Args:
        text: The text. None comes back as it is.
        replacement: Put in the place of each. Default: U+FFFD (�). An empty text takes them out, which can join two
            words.

    Returns:
        A text; a lazy reference where an argument is lazy.

    Raises:
        WrongCall: An argument is not text.

    Example:
        >>> scrub_emojis("Dove🕊️⭐ 29 €", "*")
        'Dove** 29 €'
    """
    if text is None:
        return None
    if not isinstance(text, str):
        raise wrong_kind("text", "scrub_emojis", "a text", text)
    if replacement is not None and not isinstance(replacement, str):
        raise wrong_kind("replacement", "scrub_emojis", "a text", replacement)
    import re

    instead = "\ufffd" if replacement is None else replacement
    return re.sub(_PATTERN, lambda _match: instead, text)
