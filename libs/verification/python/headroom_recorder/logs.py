"""Records what is logged by `logging`, and what the target prints itself."""

import builtins
import datetime
import decimal
import functools
import logging
import os
import sys
import uuid

from . import output
from .masks import mask
from .values import describe, digest

MAX_LOG_RECORDS = 100_000

_LEVELS = {"warning": "warn", "critical": "fatal", "notset": "trace"}
_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
# Of these, writing the text runs no code of the target.
_PLAIN = (
    *(type(None), bool, int, float, complex, str, bytes),
    *(datetime.datetime, datetime.date, datetime.time, datetime.timedelta, decimal.Decimal, uuid.UUID),
)
_logged = 0
_frame, _level_name = sys._getframe, logging.getLevelName


def _emit_log(level, text):
    global _logged
    _logged += 1
    if _logged > MAX_LOG_RECORDS:
        if _logged == MAX_LOG_RECORDS + 1:
            output.emit({"t": "over", "f": "log records"})
        return
    content = mask(text).encode("utf-8", "replace").decode("utf-8")
    short = content if len(content) <= 4000 else f"{content[:400]} {digest(content)}"
    output.emit({"t": "log", "l": level[:64], "c": short})


def _is_plain(value, depth=0):
    kind = type(value)
    if kind in (list, tuple, set, frozenset):
        return depth < 3 and len(value) <= 100 and all(_is_plain(item, depth + 1) for item in value)
    if kind is dict:
        return depth < 3 and len(value) <= 100 and all(_is_plain(item, depth + 1) for pair in value.items() for item in pair)
    return kind in _PLAIN


def _message_of(message, args):
    """The message as its handlers would write it where that runs no code of the target, else what it is made of."""
    if type(message) is str and _is_plain(args):
        try:
            return message % args if args else message
        except Exception:
            pass
    return f"{message if type(message) is str else describe(message)} {describe(args)}"


def _emit_record(name, level, message, args, extra, exception):
    """A log record as text, without the handlers that the tests happen to have. Never an error of the program."""
    try:
        text = _message_of(message, args)
        text = text if text.startswith("{") else f"{name}: {text}"
        text += f" {describe(extra)}" if extra else ""
        kind = exception[0] if isinstance(exception, tuple) else None
        level = _level_name(level).lower()
        _emit_log(_LEVELS.get(level, level), text + (f" {kind.__name__}" if kind else ""))
    except Exception:
        _emit_log("error", f"{name}: a log record that has no text")


def _intercept_logging():
    logger, adapter = logging.Logger, logging.LoggerAdapter
    call_handlers, is_enabled = logger.callHandlers, logger.isEnabledFor
    methods = (logger.info, logger.warning, logger.error, logger.critical, logger.log, adapter.log)
    asking = {each.__code__ for each in methods}
    least, adapted = logging.INFO, adapter.isEnabledFor.__code__

    def call_handlers_recorded(self, record):
        extra = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        _emit_record(record.name, record.levelno, record.msg, record.args, extra, record.exc_info)
        return call_handlers(self, record)

    # Tests rarely set a level, and so lose what a service writes: from info on, a record counts though it is not enabled. Read off
    # the frame that asks, so that nothing runs that would not have run.
    def is_enabled_recorded(self, level):
        enabled = is_enabled(self, level)
        if not enabled and level >= least and not self.disabled:
            frame = _frame(1)
            frame = frame.f_back if frame.f_code is adapted else frame
            if frame is not None and frame.f_code in asking:
                found = frame.f_locals
                args, more = found["args"], found.get("kwargs")
                args = args[0] if len(args) == 1 and type(args[0]) is dict and args[0] else args
                _emit_record(self.name, level, found["msg"], args, more.get("extra") if more else None, None)
        return enabled

    logger.callHandlers = call_handlers_recorded
    logger.isEnabledFor = is_enabled_recorded


class _Print:
    """`print`, recording what the target prints: reports of a test runner, which is a package of its own, are not log records.

    No function: one that is kept in a class would take its object for the first value.
    """

    def __init__(self, real_print):
        self.real = real_print
        self.stdlib = os.path.dirname(os.__file__)
        functools.update_wrapper(self, real_print)

    def __call__(self, *values, **options):
        code, file, sep = _frame(1).f_code.co_filename, options.get("file"), options.get("sep")
        is_target = not code.startswith((self.stdlib, "<")) and "-packages/" not in code
        if is_target and (file is None or file is sys.stdout or file is sys.stderr) and (sep is None or isinstance(sep, str)):
            # Each is asked for its text once, as it would have been.
            values = [str(value) for value in values]
            for line in (" " if sep is None else sep).join(values).split("\n"):
                if line.strip():
                    _emit_log("info", line)
        return self.real(*values, **options)


def install():
    _intercept_logging()
    builtins.print = _Print(builtins.print)
