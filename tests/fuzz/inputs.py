"""What the fuzzers are given: values as JSON holds them, and texts that something in them reads in another way."""

from hypothesis import strategies as st

ODD_TEXTS = [
    "",
    " ",
    "\0",
    "\ud800",
    "\udfff",
    "\x1b[2J",
    "\u202e",
    "\x9b",
    "\n",
    "a\nb",
    "\t",
    "a:\tb",
    "NaN",
    "null",
    "true",
    "-0",
    "9" * 4301,
    "1e999",
    "0x" + "f" * 4000,
    "=1+1",
    "../..",
    "./a.py",
    "./a\0.py",
    "a\ud800.json",
    "/",
    "~",
    "~nobody/x",
    "🙂" * 40,
    "{{1}}",
    "$.a",
    "$['",
    "`parent`",
    "@",
    "x" * 3000,
    "__class__",
    "state",
    "1_0",
    "٣",
    "http://[",
    "http://\0",
    "yield",
    "await x",
    "%s",
    "{0}",
    "2026-13-01",
    "1",
    "12345678901234567",
]
odd_texts = st.sampled_from(ODD_TEXTS)
texts = st.one_of(odd_texts, st.text(st.characters(), max_size=12))
numbers = st.one_of(
    st.integers(), st.sampled_from([0, -1, 10**400, 2**63, 10**16]), st.floats(allow_nan=True, allow_infinity=True)
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)


def nested(leaves, keys=texts, most=12):
    """Return values of lists and objects of these leaves."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
        max_leaves=most,
    )


values = nested(scalars)


def shapes(known, inner=values):
    """Return objects most of whose keys are known; the values are of the right kind or of any."""
    return st.dictionaries(st.one_of(st.sampled_from(sorted(known)), texts), inner, max_size=5)


def objects(**parts):
    """Return objects with some of these keys, each with a value of its own strategy or with anything."""
    return st.fixed_dictionaries({}, optional={key: st.one_of(part, part, part, values) for key, part in parts.items()})
