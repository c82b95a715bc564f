"""Leaves out of a text what differs from run to run: clock readings, addresses, random identifiers."""

import datetime
import re
import time

# A number or date this near to now is a clock reading, seconds.
_CLOCK_RANGE = 86_400
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.I)
_TIME = re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
_STAMP = re.compile(r"\b1\d{9}(?:\d{3})?\b")
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b", re.I)

_now, _datetime = time.time, datetime.datetime


def is_now(value):
    """Whether a number is a clock reading, in seconds or milliseconds."""
    return 1e9 < value < 1e14 and abs((value / 1000 if value > 1e11 else value) - _now()) < _CLOCK_RANGE


def is_now_locally(moment):
    """Whether a date and time without a zone is a clock reading: local time and UTC are less than a day apart."""
    return abs((moment - _datetime.fromtimestamp(_now())).total_seconds()) < _CLOCK_RANGE


def _mask_time(match):
    try:
        moment = _datetime.fromisoformat(match.group()[:16].replace(" ", "T"))
    except ValueError:
        return match.group()
    return "<time>" if is_now_locally(moment) else match.group()


def _mask_stamp(match):
    return "<time>" if is_now(int(match.group())) else match.group()


def mask(text):
    text = _ADDRESS.sub("<address>", _UUID.sub("<uuid>", text))
    return _STAMP.sub(_mask_stamp, _TIME.sub(_mask_time, text))
