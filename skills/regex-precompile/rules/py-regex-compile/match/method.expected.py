"""Paths."""
# kept
from __future__ import annotations

import os
import re as rx
from typing import Any

FIND_PATTERN = rx.compile("^/a")
FIND_PATTERN_2 = rx.compile("/z$")

ROOT = os.sep


class Router:
    def find(self, path: str) -> Any:
        # one per call
        if FIND_PATTERN.match(path) or FIND_PATTERN_2.search(path):  # both ends
            return FIND_PATTERN.sub("", path)
        return None
