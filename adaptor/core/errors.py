"""The errors of a job, grouped by what the reader should do about them.

```
AdaptorError
├── ConfigurationError          fix the configuration
├── InputError                  fix a file or an option that was given to the runner
├── JobError                    the job's own code raised, or is written in a way that cannot work
│   ├── WrongCall               an operation was called with arguments it does not take
│   ├── LazyStateError          a lazy reference was used as if it were the value
│   ├── MissingReference        a path that does not exist in this state
│   ├── InvalidValue            a value of this state that cannot appear in a text, or that is no date
│   ├── UnreadableRow           a row of a file that does not fit the file
│   ├── ConditionIsText         a condition that is the text "no", "false", "0" …
│   └── ItemsFailed             `try_each` has processed all items; some did not succeed
├── InvalidMessage              refused before the wire; nothing was sent
├── GraphError                  Graph answered with an error (see `adaptor.graph.answers.errors`)
├── HttpError                   another system answered with an error (see `adaptor.common.http.errors`)
├── NotSent                     nothing left this machine: safe to repeat
└── DeliveryUnknown             the request left and no valid answer came: check before it is repeated
```

`str(error)` is one sentence: what happened. `error.report()` is the whole message for people: what happened, where,
what was or was not sent, and what to do.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

#: The folder of this package: frames of its files are never the job's.
PACKAGE = __file__[: -len("core/errors.py")]

#: What was sent by the code that an error has ended: `no` (certainly nothing), `unknown` (it is unknown for some),
#: `partly` (some was sent, but not all), or `yes` (all was sent).
SENT_NO = "no"
SENT_UNKNOWN = "unknown"
SENT_PARTLY = "partly"
SENT_YES = "yes"

#: What an error is about. `try_each` and `broadcast` continue after `person` and `row`; `page` and `job` stop them.
ABOUT_PERSON = "person"
ABOUT_ROW = "row"
ABOUT_PAGE = "page"
ABOUT_JOB = "job"


class AdaptorError(Exception):
    """The base class of all errors of this package.

    Attributes:
        description: One sentence: what happened.
        fix: One or two sentences: what to do about it.
        code: A short name for machines; for Graph errors `code/subcode`.
        sent: What was sent by the code that the error has ended: `no`, `partly`, `yes` or `unknown`. For a client this
            is the call, for a handler the operation, in a state's `errors` and in a report the step.
        messages_sent: The number of messages that this code has sent.
        others_made: The number of other writes that it has made.
        left_unknown: The number of its writes that are unknown.
        parts_sent: The message ids of the parts of the failing message that were sent.
        about: What the error is about: `person`, `row`, `page` or `job`.
        about_sending: Whether the code was to send. If not, "nothing was sent" would only confuse the reader.
        operation: Name of the operation that failed, such as `send_text`.
        place: Where in the job it ran, such as `step 2 · each[17] · send_text`.
        file: The job file in which the operation was written.
        line: Its line there.
        details: More facts, JSON-serialisable.
        is_idempotent: The call is unknown and idempotent: a resume repeats it, which has no further effect.
        is_earlier: The write was made before, by an earlier attempt of the run or an equal message of this one. Loops
            list it, and do not fail because of it again.
        excerpt: The lines of the job that the error is about, with a caret under the place.
        request: The failed call to the Graph API, without the credential: `method`, `url`, `params`, `body`. It holds
            the content of the message, so no report shows it.
    """

    about = ABOUT_JOB
    sent = SENT_NO
    about_sending = False
    code = ""
    fix = ""
    operation: str | None = None
    place: str | None = None
    file: str | None = None
    line: int | None = None
    details: Any = None
    parts_sent: list[str] | None = None
    messages_sent = 0
    others_made = 0
    left_unknown = 0
    request: Any = None
    is_idempotent = False
    is_earlier = False
    excerpt: str | None = None

    def __init__(self, description: str, *, fix: str | None = None, code: str | None = None, details: Any = None):
        super().__init__(description)
        self.description = description
        if fix is not None:
            self.fix = fix
        if code is not None:
            self.code = code
        if details is not None:
            self.details = details

    def __str__(self) -> str:
        return self.description

    def __reduce__(self) -> tuple[Callable[..., AdaptorError], tuple[type[AdaptorError], dict[str, Any]]]:
        return rebuild, (type(self), self.__dict__)

    def redact(self, clean: Callable[[str], str]) -> None:
        """Apply `clean` to every text of this error, so that it holds no secret."""

        def cleaned(value: Any) -> Any:
            if isinstance(value, str):
                return clean(value)
            if isinstance(value, dict):
                return {cleaned(key): cleaned(item) for key, item in value.items()}
            if isinstance(value, list | tuple):
                return [cleaned(item) for item in value]
            return value

        for name, value in list(vars(self).items()):
            setattr(self, name, cleaned(value))
        self.args = (self.description,)

    def set_counts(self, before: tuple[int, int, int], now: tuple[int, int, int]) -> None:
        """Set what was sent by the code that the error has ended.

        Args:
            before: `Run.made` when that code began.
            now: `Run.made` now.
        """
        self.messages_sent, self.others_made, self.left_unknown = (b - a for a, b in zip(before, now, strict=True))
        if self.left_unknown:
            self.sent = SENT_UNKNOWN
        elif self.sent == SENT_NO and (self.messages_sent or self.others_made):
            self.sent = SENT_PARTLY

    def facts(self) -> dict[str, Any]:
        """Return the error as the JSON object that a state's `errors` holds."""
        facts = {
            "source": "job" if isinstance(self, JobError) else "adaptor",
            "name": type(self).__name__,
            "severity": "fail",
            "message": str(self),
            "code": self.code,
            "description": self.headline(),
            "fix": self.fix,
            "sent": self.sent,
            "parts_sent": self.parts_sent,
            "operation": self.operation,
            "place": self.place,
            "line": self.line,
            "details": plain(self.details),
        }
        return {key: value for key, value in facts.items() if value not in (None, "")}

    def headline(self) -> str:
        """Return one line: what happened, with the code if there is one."""
        return self.description

    def sent_sentence(self) -> str:
        """Return as a sentence what was sent by the code that the error has ended."""
        parts = len(self.parts_sent or ())
        messages, others = max(self.messages_sent - parts, 0), self.others_made
        before = [f"{messages:,} message{'' if messages == 1 else 's'}"] * (messages > 0)
        before += [f"{others:,} {'other ' if messages else ''}call{'' if others == 1 else 's'}"] * (others > 0)
        were = "was" if messages + others == 1 else "were"
        made = f"{' and '.join(before)} {were} {'made' if others else 'sent'} before that." if before else ""
        if parts:
            known = "may or may not have been" if self.sent == SENT_UNKNOWN else "was not"
            itself = f"The first {'part was' if parts == 1 else f'{parts} parts were'} sent; the next one {known}."
        elif self.left_unknown > 1:
            itself = f"Of {self.left_unknown:,} it is not known whether they arrived; none was repeated."
        elif self.sent == SENT_UNKNOWN and self.is_idempotent:
            itself = "It may or may not have been carried out. A resume repeats it, which has no further effect."
        elif self.sent == SENT_UNKNOWN:
            itself = "It may or may not have been delivered. It was not repeated."
            if not self.about_sending:
                itself = "Of one it is not known whether it arrived; it was not repeated."
        elif self.about_sending:
            itself = "This one was not sent." if made else "Nothing was sent by this operation."
        else:
            itself = ""
        return f"{itself} {made}".strip()

    def report(self) -> str:
        """Return the message for people, several lines, without colour."""
        from .text.harmless import harmless, indented

        lines = [f"{type(self).__name__}: {indented(self.headline())}"]
        where = self.place or self.operation or ""
        if self.file is not None and self.line is not None:
            where = f"{where} ({self.file}, line {self.line})" if where else f"{self.file}, line {self.line}"
        if where:
            lines.append(f"  where: {indented(where)}")
        if self.excerpt:
            lines += [f"         {harmless(line)}" for line in self.excerpt.split("\n")]
        if self.sent_sentence():
            lines.append(f"  sent:  {self.sent_sentence()}")
        if self.fix:
            lines.append(f"  fix:   {indented(self.fix)}")
        return "\n".join(lines)


def plain(value: Any) -> Any:
    """Return a value as JSON; parts that JSON cannot hold are replaced by their `repr`."""
    if value is None or isinstance(value, str | bool | int) or (isinstance(value, float) and value - value == 0):
        return value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return repr(value)


def rebuild(kind: type[AdaptorError], fields: dict[str, Any]) -> AdaptorError:
    """Return an error of a class with these fields, as pickle does."""
    error: AdaptorError = Exception.__new__(kind)
    error.__dict__.update(fields)
    error.args = (error.description,)
    return error


# --- Fix the configuration, a file or an option ----------------------------------------------------------------------


class ConfigurationError(AdaptorError):
    """The credential or a setting is missing, misspelt or of the wrong kind. Nothing was sent."""

    about = ABOUT_PAGE
    about_sending = True
    code = "CONFIGURATION"


class InputError(AdaptorError):
    """A file or an option given to the runner cannot be used. Nothing was run."""

    code = "INPUT"


# --- Fix the job -----------------------------------------------------------------------------------------------------


class JobError(AdaptorError):
    """The job's own code raised. `cause_type` names what it raised; `str(error)` is its message."""

    code = "JOB"
    cause_type: str | None = None

    @classmethod
    def of(cls, cause: BaseException, file: str | None = None) -> JobError:
        """Return the error for an exception that the job's own code raised, with the job's line.

        Args:
            cause: What the job raised, with its traceback.
            file: The job file, whose innermost line is the place; else it is the innermost line outside this package.
        """
        from .text.module_names import plain_names

        error = cls(plain_names(str(cause)) or type(cause).__name__, code=type(cause).__name__)
        error.cause_type = type(cause).__name__
        if isinstance(cause, SystemExit):
            error.fix = "A job must not end its process, as sys.exit() and os._exit() do: raise an error instead."
        elif isinstance(cause, AttributeError):
            error.fix = _fix_for_attribute(cause)
        if not isinstance(cause, SystemExit):
            error._keep_own(cause)
        traceback = cause.__traceback__
        while traceback is not None:
            name = traceback.tb_frame.f_code.co_filename
            if name == file or (not name.startswith(PACKAGE) and error.file != file):
                error.file, error.line = name, traceback.tb_lineno
            traceback = traceback.tb_next
        return error

    def _keep_own(self, cause: BaseException) -> None:
        """Keep the `code`, `fix` and `details` of the job's own exception."""
        code, fix, details = (getattr(cause, name, None) for name in ("code", "fix", "details"))
        if isinstance(code, str | int) and not isinstance(code, bool) and code != "":
            self.code = str(code)
        if isinstance(fix, str) and fix:
            self.fix = fix
        try:
            self.details = None if details is None or callable(details) else plain(details)
        except RecursionError:
            self.details = None

    def headline(self) -> str:
        """Return the cause with its type, as Python prints it."""
        return f"{self.cause_type}: {self.description}" if self.cause_type else self.description


def _fix_for_attribute(cause: AttributeError) -> str:
    """Return the fix for an attribute of plain data, as JavaScript and the lazy state allow it."""
    if isinstance(cause.obj, list | str | dict) and cause.name == "length":
        return "Write len(…)."
    if isinstance(cause.obj, dict):
        return (
            f'The state of a function is a plain dict, as is what is in it: write ["{cause.name}"], not .{cause.name}.'
        )
    return ""


class WrongCall(JobError, TypeError):
    """An operation was called with arguments that it does not take. It was not built."""

    code = "WRONG_CALL"


class LazyStateError(JobError, TypeError):
    """A lazy reference was used where only its value can be used."""

    code = "LAZY_STATE"


class MissingReference(JobError, LookupError):
    """A path that does not exist in this state.

    Attributes:
        root: The first key of the path, or None. A loop counts the error as a fault of the item only if the path starts
            at the item.
        path: The keys of the path, as far as they are known.
    """

    about = ABOUT_ROW
    code = "MISSING_REFERENCE"
    root: str | None = None
    path: tuple[Any, ...] = ()


class InvalidValue(JobError):
    """A value of this state that cannot appear in a text (`nan`, a list, True), or that is formatted as a date."""

    about = ABOUT_ROW
    code = "INVALID_VALUE"


class UnreadableRow(JobError):
    """A row of a file does not fit the file: it has another number of values, or is no JSON. Other rows may be read."""

    about = ABOUT_ROW
    code = "UNREADABLE_ROW"


class ConditionIsText(JobError):
    """A condition is a text such as `no`, which counts as true in Python."""

    code = "CONDITION_IS_TEXT"


class ItemsFailed(JobError):
    """`try_each` has processed all items; `details` lists those that did not succeed.

    Attributes:
        went_through: False if an outer loop stopped at this error, so that further items were not processed.
    """

    went_through = True

    # For an outer loop it is a fault of its item.
    about = ABOUT_ROW
    code = "ITEMS_FAILED"


# --- Fix the message -------------------------------------------------------------------------------------------------


class InvalidMessage(AdaptorError):
    """Refused before the wire: Meta's documented limits or shapes do not allow it, or HTTP cannot transport it.

    Nothing was sent. `details` holds `field`, and for a limit `limit` and `actual`.
    """

    about = ABOUT_ROW
    about_sending = True
    code = "INVALID_MESSAGE"


# --- The network -----------------------------------------------------------------------------------------------------


class NotSent(AdaptorError):
    """Nothing left this machine (no such host, connection refused, TLS failed): safe to repeat."""

    about = ABOUT_PAGE
    about_sending = True
    code = "NOT_SENT"


class DeliveryUnknown(AdaptorError):
    """The request left this machine and no valid answer came. It is not repeated."""

    about = ABOUT_ROW
    sent = SENT_UNKNOWN
    about_sending = True
    code = "DELIVERY_UNKNOWN"
