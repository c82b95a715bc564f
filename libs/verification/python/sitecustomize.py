"""Loaded into every Python process of an instrumented test run, before anything else.

Stands alone with the package beside it: both are copied to where the run can read them, next to `plan.json`, which names the
functions to watch. Their files are compiled with a decorator more on each of these functions; nothing is written to the checkout.
What the functions returned and what was logged goes to the folder `records` beside this file, in the format of the recorder for
Node.js.
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
    import json

    from headroom_recorder import calls, compiling, logs, output

    with open(_HERE + "/plan.json", encoding="utf-8") as file:
        plan = json.load(file)
    output.write_to(_HERE + "/records")
    calls.install()
    compiling.install(plan["files"])
    logs.install()


try:
    _install()
finally:
    _next_sitecustomize()
