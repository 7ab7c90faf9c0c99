"""The names of modules beside a job: Python knows them as parts of a package, and the job writes them without it."""

from __future__ import annotations

#: How the names of the packages begin that stand for the folders of jobs. Their modules belong to one run alone.
MODULES_BESIDE = "adaptor_beside"


def plain_names(text: str) -> str:
    """Return a text with the names of modules as jobs write them.

    Example:
        >>> plain_names("cannot import name 'X' from 'adaptor_beside_3.words'")
        "cannot import name 'X' from 'words'"
    """
    if MODULES_BESIDE not in text:
        return text
    import re

    return re.sub(rf"\b{MODULES_BESIDE}_\d+\.", "", text)
