"""Records calls of watched functions, from their arguments to their end."""

import builtins
import contextvars
import functools
import hashlib
import itertools
import sys

from . import output
from .values import describe, described, digest

MAX_CALLS_PER_FUNCTION = 20_000
MAX_SHOWN_CALLS = 5000
MAX_SHOWN_ITEMS = 200

_sha1, _wraps = hashlib.sha1, functools.wraps
_active = contextvars.ContextVar("headroom_active", default=False)
_counters, _shown = {}, set()


def _leave(token):
    try:
        _active.reset(token)
    except ValueError:
        # Closed from elsewhere than where it was started; that context is gone.
        pass


def _printable(text):
    return text[:160].encode("utf-8", "replace").decode("utf-8")


class _Call:
    def __init__(self, identity, values):
        self.identity, self.values = identity, values
        self.before = describe(values)
        self.outer = not _active.get()

    def end(self, how, value):
        self.emit(how, *described(value))

    def emit(self, how, text, lacks):
        # Too near to the limit of recursion, for one: that is no error of the program.
        try:
            after = describe(self.values)
            result = f"{how} {text}" + ("" if after == self.before else f" and arguments {after}")
            keys = digest(self.before), digest(result)
            record = {"t": "call", "f": self.identity, "k": keys[0], "r": keys[1], "o": self.outer}
            if lacks is not None:
                record["w"] = lacks[:200]
            if (self.identity, *keys) not in _shown and len(_shown) < MAX_SHOWN_CALLS:
                _shown.add((self.identity, *keys))
                record["p"] = [_printable(self.before), _printable(result)]
            output.emit(record)
        except Exception:
            pass


def _begin(identity, skip, args, kwargs):
    """None where the call is not recorded. Takes no lock: a signal, a finalizer or a fork may come at any time."""
    count = next(_counters.setdefault(identity, itertools.count(1)))
    if count > MAX_CALLS_PER_FUNCTION:
        if count == MAX_CALLS_PER_FUNCTION + 1:
            output.emit({"t": "over", "f": identity})
        return None
    # Arguments by name are a mapping: in which order they were written does not count.
    return _Call(identity, [*args[skip:], dict(sorted(kwargs.items()))] if kwargs else [*args[skip:]])


def _plain(identity, skip, target):
    def recorded(*args, **kwargs):
        call = _begin(identity, skip, args, kwargs)
        if call is None:
            return target(*args, **kwargs)
        token = _active.set(True)
        try:
            result = target(*args, **kwargs)
        except BaseException as error:
            _leave(token)
            call.end("throws", error)
            raise
        _leave(token)
        call.end("returns", result)
        return result

    return recorded


def _coroutine(identity, skip, target):
    async def recorded(*args, **kwargs):
        call = _begin(identity, skip, args, kwargs)
        if call is None:
            return await target(*args, **kwargs)
        token = _active.set(True)
        try:
            result = await target(*args, **kwargs)
        except BaseException as error:
            _leave(token)
            call.end("throws", error)
            raise
        _leave(token)
        call.end("resolves to", result)
        return result

    return recorded


class _Items:
    """What a generator has yielded so far: the first items, and a digest of all."""

    def __init__(self):
        self.texts, self.count, self.all, self.lacks = [], 0, _sha1(), None

    def add(self, item):
        text, lacks = described(item)
        self.count += 1
        self.lacks = self.lacks or lacks
        self.all.update(f"{len(text)} {text}".encode("utf-8", "surrogatepass"))
        if self.count <= MAX_SHOWN_ITEMS:
            self.texts.append(text)

    def end(self, call, how, value):
        text, lacks = described(value)
        more = "" if self.count <= MAX_SHOWN_ITEMS else f"… {self.count} items {self.all.hexdigest()}"
        call.emit("yields", f"[{','.join(self.texts)}{more}] and {how} {text}", self.lacks or lacks)


def _generator(identity, skip, target):
    """Hands on what a generator yields and what it is sent, and records the items when it has ended."""

    def recorded(*args, **kwargs):
        call = _begin(identity, skip, args, kwargs)
        if call is None:
            return (yield from target(*args, **kwargs))
        inner, items = target(*args, **kwargs), _Items()
        resume, sent = inner.send, None
        while True:
            token = _active.set(True)
            try:
                item = resume(sent)
            except StopIteration as stop:
                _leave(token)
                items.end(call, "returns", stop.value)
                return stop.value
            except BaseException as error:
                _leave(token)
                items.end(call, "throws", error)
                raise
            _leave(token)
            items.add(item)
            try:
                sent = yield item
                resume = inner.send
            except GeneratorExit:
                try:
                    inner.close()
                except BaseException as error:
                    items.end(call, "throws", error)
                    raise
                items.end(call, "is closed", None)
                raise
            except BaseException as error:
                resume, sent = inner.throw, error

    return recorded


_WRAPPERS = {"plain": _plain, "coroutine": _coroutine, "generator": _generator}


def watch(identity, kind, skip):
    """The decorator of a watched function. `skip`: arguments that are not recorded, from the first on."""

    def around(target):
        recorded = _wraps(target)(_WRAPPERS[kind](identity, skip, target))
        # What a cache adds to the function that it returns, such as `cache_clear`.
        for name in dir(target):
            if not name.startswith("__") and not hasattr(recorded, name):
                setattr(recorded, name, getattr(target, name))
        return recorded

    return around


def _let_recursion_be():
    """Each recorded call is two calls deep, and what describes it a few more: the program sees the limit that it has set."""
    get_limit, set_limit = sys.getrecursionlimit, sys.setrecursionlimit
    sys.getrecursionlimit = lambda: get_limit() // 3
    sys.setrecursionlimit = lambda limit: set_limit(limit * 3 if type(limit) is int and 0 < limit < 2**29 else limit)
    set_limit(get_limit() * 3)


def install():
    builtins.__headroom_watch__ = watch
    _let_recursion_be()
