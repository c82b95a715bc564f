"""Loaded into every Python process of an instrumented test run, before anything else.

Stands alone: it is copied to where the run can read it, beside `plan.json`, which names the functions to watch. Their files are
compiled with a decorator more on each of these functions; nothing is written to the checkout. What the functions returned and
what was logged goes to the folder `records` beside this file, in the format of the recorder for Node.js.
"""

import sys

_HERE = __file__.rpartition("/")[0]


def _next_sitecustomize():
    """The one that this file hides, such as a distribution's or a virtual environment's."""
    import importlib.machinery
    import importlib.util

    paths = [path for path in sys.path if path != _HERE]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", paths)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


def _install():
    import ast
    import atexit
    import contextvars
    import datetime
    import functools
    import hashlib
    import importlib.machinery
    import json
    import logging
    import os
    import re
    import threading
    import time
    import types

    MAX_TEXT = 20_000
    MAX_DEPTH = 12
    MAX_ITEMS = 2000
    MAX_CALLS_PER_FUNCTION = 20_000
    MAX_LOG_RECORDS = 100_000
    FLUSH_BYTES = 32_768
    # A number or date this near to now is a clock reading, seconds.
    CLOCK_RANGE = 86_400

    with open(_HERE + "/plan.json", encoding="utf-8") as file:
        plan = json.load(file)

    # --- writing -----------------------------------------------------------------------------------------------------------

    real_open, real_write, real_exit, now = os.open, os.write, os._exit, time.time

    class Output:
        """Records of this process. A forked child writes to a file of its own, at once: nothing tells when it ends."""

        def __init__(self):
            self.lock = threading.RLock()
            self.start(FLUSH_BYTES)

        def start(self, keep):
            self.lock = threading.RLock()
            self.parts, self.size, self.keep, self.descriptor = [], 0, keep, None

        def emit(self, record):
            line = (json.dumps(record) + "\n").encode("ascii")
            with self.lock:
                self.parts.append(line)
                self.size += len(line)
                if self.size > self.keep:
                    self.flush()

        def flush(self):
            with self.lock:
                if not self.parts:
                    return
                if self.descriptor is None:
                    name = f"{_HERE}/records/{os.getpid()}-py-{time.monotonic_ns()}.jsonl"
                    self.descriptor = real_open(name, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o644)
                data = b"".join(self.parts)
                self.parts, self.size = [], 0
                while data:
                    data = data[real_write(self.descriptor, data) :]

    output = Output()
    os.register_at_fork(after_in_child=lambda: output.start(0))
    atexit.register(output.flush)

    def exit_at_once(status):
        output.flush()
        real_exit(status)

    os._exit = exit_at_once

    # --- describing --------------------------------------------------------------------------------------------------------

    UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.I)
    TIME = re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
    STAMP = re.compile(r"\b1\d{9}(?:\d{3})?\b")
    ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b", re.I)

    def near(seconds):
        return abs(seconds - now()) < CLOCK_RANGE

    def mask_time(match):
        try:
            moment = datetime.datetime.fromisoformat(match.group()[:16].replace(" ", "T"))
        except ValueError:
            return match.group()
        # Local time and UTC are less than a day apart.
        apart = abs((moment - datetime.datetime.fromtimestamp(now())).total_seconds())
        return "<time>" if apart < CLOCK_RANGE else match.group()

    def mask_stamp(match):
        value = int(match.group())
        return "<time>" if near(value / 1000 if value > 1e11 else value) else match.group()

    def mask(text):
        text = ADDRESS.sub("<address>", UUID.sub("<uuid>", text))
        return STAMP.sub(mask_stamp, TIME.sub(mask_time, text))

    SIMPLE = (type(None), bool, complex, type(Ellipsis), type(NotImplemented), range)
    OPAQUE = (
        types.FunctionType,
        types.BuiltinFunctionType,
        types.MethodType,
        types.ModuleType,
        types.GeneratorType,
        types.CoroutineType,
        types.AsyncGeneratorType,
        types.FrameType,
        types.CodeType,
        logging.Logger,
        logging.Handler,
        functools.partial,
    )
    # Types of the standard library whose text says all there is, by module: their code is not the target's.
    TEXTUAL = {
        "datetime": {"date", "time", "timedelta", "timezone"},
        "decimal": {"Decimal"},
        "fractions": {"Fraction"},
        "uuid": {"UUID"},
        "pathlib": {"PosixPath", "PurePosixPath", "PureWindowsPath"},
        "ipaddress": {"IPv4Address", "IPv6Address", "IPv4Network", "IPv6Network"},
        "re": {"Pattern"},
        "zoneinfo": {"ZoneInfo"},
    }

    class Description:
        """A text that is equal for equal values, without running code of the target."""

        def __init__(self):
            self.parts, self.size, self.seen, self.kept = [], 0, {}, []

        def text(self):
            return "".join(self.parts)

        def put(self, text):
            self.parts.append(text)
            self.size += len(text)

        def add(self, value, depth):
            if self.size > MAX_TEXT:
                return
            kind = type(value)
            if kind is str:
                self.put(json.dumps(mask(value), ensure_ascii=False))
            elif kind is int or kind is float:
                self.put("<time>" if 1e9 < value < 1e14 and near(value / 1000 if value > 1e11 else value) else repr(value))
            elif kind in SIMPLE:
                self.put(repr(value))
            elif isinstance(value, (bytes, bytearray, memoryview)):
                self.put(f"{kind.__name__}({hashlib.sha1(bytes(value)).hexdigest()})")
            elif isinstance(value, type):
                self.put(f"[class {value.__name__}]")
            elif issubclass(kind, OPAQUE):
                self.put(f"[{kind.__name__}]")
            else:
                self.add_object(value, kind, depth)

        def add_object(self, value, kind, depth):
            known = self.seen.get(id(value))
            if known is not None:
                self.put(f"[same as {known}]")
                return
            self.seen[id(value)] = len(self.seen)
            self.kept.append(value)
            name = kind.__name__
            if depth > MAX_DEPTH:
                self.put("[deep]")
            elif kind is datetime.datetime:
                self.put("<time>" if near(value.timestamp()) else f"datetime({value.isoformat()})")
            elif name in TEXTUAL.get(kind.__module__, ()):
                self.put(f"{name}({mask(str(value))},{getattr(value, 'flags', '')})")
            elif issubclass(kind, BaseException):
                self.put(name)
                self.add_items("", BaseException.args.__get__(value), depth)
                self.add_state(value, "", depth)
            elif issubclass(kind, (list, tuple)):
                base = list if issubclass(kind, list) else tuple
                self.add_items("" if kind is list else name, list(base.__iter__(value)), depth)
                self.add_state(value, "", depth)
            elif issubclass(kind, dict):
                self.add_pairs("" if kind is dict else name, list(dict.items(value)), depth)
                self.add_state(value, "", depth)
            elif issubclass(kind, (set, frozenset)):
                base = set if issubclass(kind, set) else frozenset
                self.add_set(name, list(base.__iter__(value)), depth)
            elif issubclass(kind, (str, int, float)):
                base = str if issubclass(kind, str) else int if issubclass(kind, int) else float
                self.put(f"{name}({mask(base.__repr__(value))})")
            elif kind.__module__.split(".")[0] == "numpy" and hasattr(kind, "tobytes"):
                self.put(f"{name}({value.dtype},{value.shape},{hashlib.sha1(value.tobytes()).hexdigest()})")
            elif name == "deque" and kind.__module__ == "collections":
                self.add_items(name, list(value), depth)
            else:
                self.add_state(value, name, depth)

        def add_items(self, name, items, depth):
            self.put(name + "[")
            for item in items[:MAX_ITEMS]:
                self.add(item, depth + 1)
                self.put(",")
            self.put("]" if len(items) <= MAX_ITEMS else f"… {len(items)}]")

        def add_pairs(self, name, pairs, depth):
            self.put(name + "{")
            for key, value in pairs[:MAX_ITEMS]:
                self.add(key, depth + 1)
                self.put(":")
                self.add(value, depth + 1)
                self.put(",")
            self.put("}" if len(pairs) <= MAX_ITEMS else f"… {len(pairs)}}}")

        def add_set(self, name, items, depth):
            texts = []
            for item in items[:MAX_ITEMS]:
                inner = Description()
                inner.add(item, depth + 1)
                texts.append(inner.text())
            self.put(f"{name}({','.join(sorted(texts))}{'' if len(items) <= MAX_ITEMS else len(items)})")

        def add_state(self, value, name, depth):
            """What an object holds: its attributes, read past any code that the target has for that."""
            state = []
            try:
                state.extend(object.__getattribute__(value, "__dict__").items())
            except (AttributeError, TypeError):
                pass
            for owner in type(value).__mro__:
                slots = owner.__dict__.get("__slots__", ())
                for slot in (slots,) if isinstance(slots, str) else slots:
                    member = owner.__dict__.get(slot)
                    if isinstance(member, types.MemberDescriptorType):
                        try:
                            state.append((slot, member.__get__(value)))
                        except AttributeError:
                            pass
            if not name and not state:
                return
            self.put(name + "{" if state or name else "")
            for key, item in state[:MAX_ITEMS]:
                self.put(f"{key}:")
                self.add(item, depth + 1)
                self.put(",")
            self.put("}")

    def describe(value):
        description = Description()
        try:
            description.add(value, 0)
            return description.text()
        except Exception:
            return "[cannot be described]"

    def digest(text):
        return hashlib.sha1(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    # --- calls -------------------------------------------------------------------------------------------------------------

    active = contextvars.ContextVar("headroom_active", default=False)
    quiet = threading.local()
    counts, shown, lock = {}, set(), threading.Lock()

    def leave(token):
        try:
            active.reset(token)
        except ValueError:
            # Closed from elsewhere than where it was started; that context is gone.
            pass

    def printable(text):
        return text[:160].encode("utf-8", "replace").decode("utf-8")

    class Call:
        """One call of a watched function, from its arguments to its end."""

        def __init__(self, identity, values):
            self.identity, self.values = identity, values
            self.before = describe(values)
            self.outer = not active.get()

        def end(self, how, value):
            after = describe(self.values)
            result = f"{how} {describe(value)}" + ("" if after == self.before else f" and arguments {after}")
            keys = digest(self.before), digest(result)
            record = {"t": "call", "f": self.identity, "k": keys[0], "r": keys[1], "o": self.outer}
            with lock:
                first = (self.identity, *keys) not in shown and len(shown) < 5000
                if first:
                    shown.add((self.identity, *keys))
            if first:
                record["p"] = [printable(self.before), printable(result)]
            output.emit(record)

    def begin(identity, skip, args, kwargs):
        """None where the call is not recorded."""
        if getattr(quiet, "on", False):
            return None
        with lock:
            count = counts[identity] = counts.get(identity, 0) + 1
        if count > MAX_CALLS_PER_FUNCTION:
            if count == MAX_CALLS_PER_FUNCTION + 1:
                output.emit({"t": "over", "f": identity})
            return None
        # Arguments by name are a mapping: in which order they were written does not count.
        return Call(identity, [*args[skip:], dict(sorted(kwargs.items()))] if kwargs else [*args[skip:]])

    def plain(identity, skip, target):
        def recorded(*args, **kwargs):
            call = begin(identity, skip, args, kwargs)
            if call is None:
                return target(*args, **kwargs)
            token = active.set(True)
            try:
                result = target(*args, **kwargs)
            except BaseException as error:
                leave(token)
                call.end("throws", error)
                raise
            leave(token)
            call.end("returns", result)
            return result

        return recorded

    def coroutine(identity, skip, target):
        async def recorded(*args, **kwargs):
            call = begin(identity, skip, args, kwargs)
            if call is None:
                return await target(*args, **kwargs)
            token = active.set(True)
            try:
                result = await target(*args, **kwargs)
            except BaseException as error:
                leave(token)
                call.end("throws", error)
                raise
            leave(token)
            call.end("resolves to", result)
            return result

        return recorded

    def generator(identity, skip, target):
        """Hands on what a generator yields and what it is sent, and records the items when it has ended."""

        def recorded(*args, **kwargs):
            call = begin(identity, skip, args, kwargs)
            if call is None:
                return (yield from target(*args, **kwargs))
            inner, items = target(*args, **kwargs), []
            resume, sent = inner.send, None
            while True:
                token = active.set(True)
                try:
                    item = resume(sent)
                except StopIteration as stop:
                    leave(token)
                    call.end("yields", [items, stop.value])
                    return stop.value
                except BaseException as error:
                    leave(token)
                    call.end("yields and throws", [items, error])
                    raise
                leave(token)
                if len(items) < MAX_ITEMS:
                    items.append(describe(item))
                try:
                    sent = yield item
                    resume = inner.send
                except GeneratorExit:
                    inner.close()
                    call.end("yields and is closed", [items])
                    raise
                except BaseException as error:
                    resume, sent = inner.throw, error

        return recorded

    WRAPPERS = {"plain": plain, "coroutine": coroutine, "generator": generator}
    # What a cache adds to the function that it returns.
    EXTRAS = ("cache_info", "cache_clear", "cache_parameters")

    def watch(identity, kind, skip):
        def around(target):
            recorded = functools.wraps(target)(WRAPPERS[kind](identity, skip, target))
            for name in EXTRAS:
                if hasattr(target, name):
                    setattr(recorded, name, getattr(target, name))
            return recorded

        return around

    import builtins

    builtins.__headroom_watch__ = watch

    # --- compiling ---------------------------------------------------------------------------------------------------------

    CACHES = {"lru_cache", "cache", "cached", "memoize"}

    def decorator_name(node):
        node = node.func if isinstance(node, ast.Call) else node
        return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")

    def yields(function):
        stack = list(function.body)
        while stack:
            node = stack.pop()
            if isinstance(node, (ast.Yield, ast.YieldFrom)):
                return True
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
                stack.extend(ast.iter_child_nodes(node))
        return False

    def watching(function, identity, kind, skip):
        call = ast.Call(
            func=ast.Name(id="__headroom_watch__", ctx=ast.Load()),
            args=[ast.Constant(value=each) for each in (identity, kind, skip)],
            keywords=[],
        )
        # The line of the function itself: no line moves.
        for node in ast.walk(call):
            node.lineno = node.end_lineno = function.lineno
            node.col_offset = node.end_col_offset = 0
        return call

    def decorate(function, identity, in_class):
        names = [decorator_name(each) for each in function.decorator_list]
        kind = "coroutine" if isinstance(function, ast.AsyncFunctionDef) else "generator" if yields(function) else "plain"
        skip = 1 if in_class and "staticmethod" not in names else 0
        # Outside a cache: what counts is what its callers get. Inside any other decorator.
        place = len(names)
        while place > 0 and names[place - 1] in CACHES:
            place -= 1
        function.decorator_list.insert(place, watching(function, identity, kind, skip))

    def instrumented(data, path, functions):
        tree = ast.parse(data, path)
        stack = [(tree, False)]
        while stack:
            node, in_class = stack.pop()
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                identity = functions.get(str(node.lineno))
                if identity is not None:
                    decorate(node, identity, in_class)
                in_class = False
            elif isinstance(node, (ast.ClassDef, ast.Lambda)):
                in_class = isinstance(node, ast.ClassDef)
            elif isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Lambda):
                identity = functions.get(f"lambda {node.value.lineno}")
                if identity is not None:
                    call = watching(node.value, identity, "plain", 0)
                    node.value = ast.copy_location(ast.Call(func=call, args=[node.value], keywords=[]), node.value)
            stack.extend((child, in_class) for child in ast.iter_child_nodes(node))
        return compile(tree, path, "exec", dont_inherit=True)

    def watched(path, data):
        for each in plan["files"]:
            if path.endswith("/" + each["path"]) and hashlib.sha256(data).hexdigest() == each["sha256"]:
                return each["functions"]
        return None

    endings = tuple("/" + each["path"] for each in plan["files"])
    loader = importlib.machinery.SourceFileLoader
    get_code = loader.get_code

    def get_watched_code(self, fullname):
        path = self.get_filename(fullname)
        if endings and os.path.abspath(path).endswith(endings):
            data = self.get_data(path)
            functions = watched(os.path.abspath(path), data)
            if functions is not None:
                # Not from the cache of compiled files, and not into it.
                return instrumented(data, path, functions)
        return get_code(self, fullname)

    loader.get_code = get_watched_code

    # --- log records -------------------------------------------------------------------------------------------------------

    LEVELS = {"warning": "warn", "critical": "fatal", "notset": "trace"}
    STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
    logged = 0

    def emit_log(level, text):
        nonlocal logged
        logged += 1
        if logged > MAX_LOG_RECORDS:
            if logged == MAX_LOG_RECORDS + 1:
                output.emit({"t": "over", "f": "log records"})
            return
        content = mask(text).encode("utf-8", "replace").decode("utf-8")
        short = content if len(content) <= 4000 else f"{content[:400]} {digest(content)}"
        output.emit({"t": "log", "l": level[:64], "c": short})

    def emit_record(record):
        """A log record as text, without the handlers that the tests happen to have."""
        quiet.on = True
        try:
            level = record.levelname.lower()
            message = record.getMessage()
            extra = {key: value for key, value in vars(record).items() if key not in STANDARD}
            kind = record.exc_info[0] if isinstance(record.exc_info, tuple) else None
            text = message if message.startswith("{") else f"{record.name}: {message}"
            text += f" {describe(extra)}" if extra else ""
            emit_log(LEVELS.get(level, level), text + (f" {kind.__name__}" if kind else ""))
        except Exception:
            emit_log("error", f"{record.name}: a log record that has no text")
        finally:
            quiet.on = False

    logger, adapter = logging.Logger, logging.LoggerAdapter
    call_handlers, is_enabled = logger.callHandlers, logger.isEnabledFor
    methods = (logger.info, logger.warning, logger.error, logger.critical, logger.log, adapter.log)
    asking = {each.__code__ for each in methods}

    def call_handlers_recorded(self, record):
        emit_record(record)
        return call_handlers(self, record)

    # Tests rarely set a level, and so lose what a service writes: from info on, a record counts though it is not enabled. Read off
    # the frame that asks, so that nothing runs that would not have run.
    def is_enabled_recorded(self, level):
        enabled = is_enabled(self, level)
        if not enabled and level >= logging.INFO and not self.disabled:
            frame = sys._getframe(1)
            frame = frame.f_back if frame.f_code is adapter.isEnabledFor.__code__ else frame
            if frame is not None and frame.f_code in asking:
                found = frame.f_locals
                record = logging.LogRecord(self.name, level, "", 0, found["msg"], found["args"], None)
                vars(record).update((found.get("kwargs") or {}).get("extra") or {})
                emit_record(record)
        return enabled

    logger.callHandlers = call_handlers_recorded
    logger.isEnabledFor = is_enabled_recorded

    # What the target prints itself: reports of a test runner, which is a package of its own, are not log records.
    real_print = print
    stdlib = os.path.dirname(os.__file__)

    def print_recorded(*values, **options):
        code = sys._getframe(1).f_code.co_filename
        is_target = not code.startswith((stdlib, "<")) and "-packages/" not in code
        if is_target and options.get("file") in (None, sys.stdout, sys.stderr):
            quiet.on = True
            try:
                text = (options.get("sep") or " ").join(map(str, values))
            finally:
                quiet.on = False
            for line in text.split("\n"):
                if line.strip():
                    emit_log("info", line)
        return real_print(*values, **options)

    builtins.print = print_recorded

    # Each recorded call is two calls deep.
    sys.setrecursionlimit(sys.getrecursionlimit() * 3)


try:
    _install()
finally:
    _next_sitecustomize()
