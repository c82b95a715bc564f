import re


def knows_atomic_groups():
    try:
        return re.compile("(?>a)b") is not None
    except re.error:
        return False
