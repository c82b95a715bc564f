"""Paths."""
# kept
from __future__ import annotations

import os
import re as rx
from typing import Any

ROOT = os.sep


class Router:
    def find(self, path: str) -> Any:
        # one per call
        if rx.compile("^/a").match(path) or rx.compile("/z$").search(path):  # both ends
            return rx.compile("^/a").sub("", path)
        return None
