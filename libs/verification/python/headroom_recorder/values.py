"""Describes values by a text that is equal for equal values, without running code of the program under test."""

import collections
import datetime
import enum
import functools
import gc
import hashlib
import io
import json
import logging
import re
import types
import weakref
from _thread import LockType, RLock

from .masks import is_now, is_now_locally, mask

MAX_DEPTH = 40
# Values of one description, and from how many on a list of plain values is taken as a whole.
MAX_VALUES = 20_000
MANY_ITEMS = 2000

_sha1, _quoted, _referents = hashlib.sha1, json.JSONEncoder(ensure_ascii=False).encode, gc.get_referents
_datetime, _date, _time, _timedelta = datetime.datetime, datetime.date, datetime.time, datetime.timedelta
_DATETIME_FIELDS = ("year", "month", "day", "hour", "minute", "second", "microsecond")
_type_name, _type_module = type.__dict__["__qualname__"].__get__, type.__dict__["__module__"].__get__

_PLAIN = frozenset((type(None), bool, int, float, complex, str, bytes))
_SIMPLE = (type(None), bool, complex, type(Ellipsis), type(NotImplemented), range)
_BYTES = (bytes, bytearray, memoryview)
_VIEWS = tuple({type(view) for made in ({}, collections.OrderedDict()) for view in (made.keys(), made.values(), made.items())})
# What they give is not known before they are run.
_UNFINISHED = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)
# What counts of them is what is done with them.
_HANDLES = (
    types.ModuleType,
    types.FrameType,
    logging.Logger,
    logging.Handler,
    weakref.ReferenceType,
    weakref.ProxyType,
    weakref.CallableProxyType,
    LockType,
    RLock,
)
# Types of the standard library whose text says all there is, by module: their code is not the target's.
_TEXTUAL = {
    "datetime": {"timezone"},
    "decimal": {"Decimal"},
    "fractions": {"Fraction"},
    "uuid": {"UUID"},
    "pathlib": {"PosixPath", "PurePosixPath", "PureWindowsPath"},
    "ipaddress": {"IPv4Address", "IPv6Address", "IPv4Network", "IPv6Network"},
    "re": {"Pattern"},
    "zoneinfo": {"ZoneInfo"},
}
# Of an exception: where it came from.
_UNREAD = (BaseException, AttributeError)
# Where the functions are made that stand for watched ones.
_WATCHING = __file__.rpartition("/")[0] + "/calls.py"
_REDUCING = ("__reduce_ex__", "__reduce__", "__getstate__", "__getnewargs__", "__getnewargs_ex__")


def _name_of(kind):
    name, module = _type_name(kind), _type_module(kind)
    return name if type(module) is not str or module == "builtins" else f"{module}.{name}"


def _number(value):
    if is_now(value):
        return "<time>"
    # Python refuses to write longer integers in decimals.
    return hex(value) if type(value) is int and value.bit_length() > 10_000 else repr(value)


def _code_text(code):
    """What a function does, whatever the place where it is written."""
    constants = [_code_text(each) if isinstance(each, types.CodeType) else repr(each) for each in code.co_consts]
    return repr((code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars))


def _has_hidden_state(kind):
    """Whether values of a type hold more than attributes and slots, as those of types that are written in C do."""
    slots = sum(isinstance(each, types.MemberDescriptorType) for owner in kind.__mro__ for each in owner.__dict__.values())
    words = slots + (kind.__dictoffset__ > 0) + (kind.__weakrefoffset__ > 0)
    return kind.__itemsize__ > 0 or kind.__basicsize__ > object.__basicsize__ + 8 * words


def attributes_of(value):
    """Attributes and slots of an object with their values, read past any code that the target has for that."""
    state = []
    try:
        state.extend(object.__getattribute__(value, "__dict__").items())
    except (AttributeError, TypeError):
        pass
    for owner in type(value).__mro__:
        for name, member in owner.__dict__.items():
            if isinstance(member, types.MemberDescriptorType) and not name.startswith("__"):
                try:
                    state.append((name, member.__get__(value)))
                except AttributeError:
                    pass
    return state


class Description:
    def __init__(self, root=None, seen=()):
        self.parts, self.seen, self.kept = [], dict(seen), []
        self.root = root or self
        self.left, self.lacks, self.functions = MAX_VALUES, None, ""

    def text(self):
        return "".join(self.parts)

    def put(self, text):
        self.parts.append(text)

    def lack(self, what):
        """Notes what cannot be compared."""
        self.root.lacks = self.root.lacks or what

    def add(self, value, depth, is_held=False):
        """`is_held`: the value is what an object holds, and not itself what was returned."""
        root = self.root
        root.left -= 1
        if root.left < 0:
            return self.lack("a value too large to compare")
        kind = type(value)
        if kind is str:
            self.put(_quoted(mask(value)))
        elif kind is int or kind is float:
            self.put(_number(value))
        elif kind in _SIMPLE:
            self.put(repr(value))
        elif issubclass(kind, _BYTES):
            data = value.tobytes() if kind is memoryview else value
            self.put(f"{_name_of(kind)}({_sha1(data).hexdigest()})")
        elif issubclass(kind, type):
            self.put(f"[class {_name_of(value)}]")
        elif issubclass(kind, _HANDLES):
            self.put(f"[{_name_of(kind)}]")
        elif issubclass(kind, _UNFINISHED):
            self.put(f"[{_name_of(kind)}]")
            self.lack(f"a {_name_of(kind)}")
        elif not self.add_immutable(value, kind, depth, is_held):
            self.add_object(value, kind, depth, is_held)

    def add_immutable(self, value, kind, depth, is_held):
        """Of these it does not count whether two are the same object."""
        name = _name_of(kind)
        if issubclass(kind, enum.Enum):
            self.put(f"{name}.")
            self.add([object.__getattribute__(value, each) for each in ("_name_", "_value_")], depth + 1, is_held)
        elif issubclass(kind, _datetime):
            moment = _datetime(*(getattr(_datetime, field).__get__(value) for field in _DATETIME_FIELDS))
            zone = _datetime.tzinfo.__get__(value)
            self.put("<time>" if is_now_locally(moment) else f"{name}({moment.isoformat()})")
            if zone is not None:
                self.add(zone, depth + 1, is_held)
        elif issubclass(kind, (_date, _time, _timedelta)):
            base = next(each for each in (_date, _time, _timedelta) if issubclass(kind, each))
            self.put(f"{name}({base.__str__(value)})")
        elif kind.__name__ in _TEXTUAL.get(_type_module(kind), ()):
            self.put(f"{kind.__name__}({mask(str(value))},{getattr(value, 'flags', '')})")
        elif issubclass(kind, (str, int, float)):
            base = str if issubclass(kind, str) else int if issubclass(kind, int) else float
            self.put(f"{name}({mask(base.__repr__(value))})")
            self.add_state(value, "", depth)
        elif kind is tuple:
            self.add_items("tuple", value, depth, is_held)
        else:
            return False
        return True

    def add_object(self, value, kind, depth, is_held):
        known = self.seen.get(id(value))
        if known is not None:
            return self.put(f"[same as {known}]")
        self.seen[id(value)] = len(self.seen)
        self.kept.append(value)
        name = _name_of(kind)
        if depth > MAX_DEPTH:
            self.put("[deep]")
            self.lack("a value nested too deeply to compare")
        elif issubclass(kind, types.FunctionType):
            self.add_function(value, depth)
        elif issubclass(kind, types.MethodType):
            self.add_items(name, [value.__func__, value.__self__], depth, True)
        elif issubclass(kind, types.BuiltinFunctionType):
            self.add_items(name, [value.__qualname__, value.__self__], depth, True)
        elif issubclass(kind, functools.partial):
            parts = [getattr(functools.partial, each).__get__(value) for each in ("func", "args", "keywords")]
            self.add_items(name, parts, depth, is_held)
        elif issubclass(kind, BaseException):
            self.put(name)
            self.add_items("", BaseException.args.__get__(value), depth, is_held)
            self.add_state(value, "", depth)
        elif issubclass(kind, (list, tuple, collections.deque)):
            base = next(each for each in (list, tuple, collections.deque) if issubclass(kind, each))
            self.add_items("" if kind is list else name, list(base.__iter__(value)), depth, is_held)
            self.add_state(value, "", depth)
        elif issubclass(kind, dict):
            base = collections.OrderedDict if issubclass(kind, collections.OrderedDict) else dict
            self.add_pairs("" if kind is dict else name, list(base.items(value)), depth, is_held)
            self.add_state(value, "", depth)
        elif issubclass(kind, (set, frozenset)):
            base = set if issubclass(kind, set) else frozenset
            self.add_set(name, list(base.__iter__(value)), depth, is_held)
            self.add_state(value, "", depth)
        elif kind in _VIEWS:
            self.add_items(name, list(value), depth, is_held)
        elif kind is types.MappingProxyType:
            self.add_items(name, _referents(value), depth, is_held)
        elif kind is re.Match:
            self.add_items(name, [value.re, value.string, value.regs], depth, is_held)
        elif kind is io.StringIO or kind is io.BytesIO:
            self.add_items(name, ["closed"] if value.closed else [value.getvalue(), value.tell()], depth, is_held)
        elif name.startswith("numpy.") and hasattr(kind, "tobytes"):
            self.add_array(value, name, depth, is_held)
        elif _has_hidden_state(kind):
            self.add_reduced(value, kind, depth, is_held)
        else:
            self.add_state(value, name, depth)

    def add_array(self, value, name, depth, is_held):
        self.put(f"{name}({value.dtype},{value.shape},")
        if value.dtype.hasobject:
            self.add(value.tolist(), depth + 1, is_held)
        else:
            self.put(_sha1(value.tobytes()).hexdigest())
        self.put(")")

    def add_reduced(self, value, kind, depth, is_held):
        """A value of a type written in C, by what that type hands to `copy` and `pickle`."""
        name = _name_of(kind)
        owners = [owner.__dict__[each] for owner in kind.__mro__ for each in _REDUCING if each in owner.__dict__]
        try:
            # Code of the target, or what Python warns of.
            if any(isinstance(each, types.FunctionType) for each in owners) or _type_module(kind) == "itertools":
                raise TypeError
            reduced = kind.__reduce_ex__(value, 4)
        except Exception:
            self.add_state(value, name, depth)
            if not is_held:
                self.lack(f"a value of {name}")
            return
        self.put(name)
        if isinstance(reduced, str):
            return self.put(f"({reduced})")
        self.add(reduced[0], depth + 1, True)
        self.add_items("", [list(each) if hasattr(each, "__next__") else each for each in reduced[1:5]], depth, is_held)

    def add_function(self, function, depth):
        """
        A function by its name; one that is made anew by each call also by what it holds of that call. What it does is told by its
        calls where it is watched, else only by its code, which says when it is the same.
        """
        is_watched = function.__code__.co_filename == _WATCHING
        while isinstance(function.__dict__.get("__wrapped__"), types.FunctionType):
            function = function.__dict__["__wrapped__"]
        name, code = function.__qualname__, function.__code__
        self.put(f"[function {name}")
        if "<" in name:
            if not is_watched:
                self.root.functions += _code_text(code)
            cells = []
            for cell in function.__closure__ or ():
                try:
                    cells.append(cell.cell_contents)
                except ValueError:
                    cells.append("[empty]")
            self.add_items("", [cells, function.__defaults__, function.__kwdefaults__], depth, True)
        self.put("]")

    def add_items(self, name, items, depth, is_held):
        self.put(name + "[")
        if len(items) > MANY_ITEMS and all(type(item) in _PLAIN for item in items):
            self.put(f"{len(items)} items {_sha1(repr(items).encode('utf-8', 'surrogatepass')).hexdigest()}")
        else:
            for item in items:
                self.add(item, depth + 1, is_held)
                self.put(",")
                if self.root.left < 0:
                    break
        self.put("]")

    def add_pairs(self, name, pairs, depth, is_held):
        self.put(name + "{")
        if len(pairs) > MANY_ITEMS and all(type(key) in _PLAIN and type(item) in _PLAIN for key, item in pairs):
            self.put(f"{len(pairs)} items {_sha1(repr(pairs).encode('utf-8', 'surrogatepass')).hexdigest()}")
        else:
            for key, value in pairs:
                self.add(key, depth + 1, is_held)
                self.put(":")
                self.add(value, depth + 1, is_held)
                self.put(",")
                if self.root.left < 0:
                    break
        self.put("}")

    def add_set(self, name, items, depth, is_held):
        """In the order of the items' texts: their own differs from run to run."""
        texts = []
        for item in items:
            inner = Description(self.root, self.seen)
            inner.add(item, depth + 1, is_held)
            texts.append(inner.text())
            if self.root.left < 0:
                break
        self.put(f"{name}({','.join(sorted(texts))})")

    def add_state(self, value, name, depth):
        state = attributes_of(value)
        if not name and not state:
            return
        self.put(name + "{")
        for key, item in state:
            self.put(f"{key}:")
            self.add(item, depth + 1, True)
            self.put(",")
            if self.root.left < 0:
                break
        self.put("}")


def described(value):
    """The text of a value, and what in it cannot be compared, if anything."""
    description = Description()
    try:
        description.add(value, 0)
        given = f"a function {digest(description.functions)}" if description.functions else None
        return description.text(), description.lacks or given
    except Exception:
        return "[cannot be described]", f"a value of {_name_of(type(value))}"


def describe(value):
    return described(value)[0]


def digest(text):
    return _sha1(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
