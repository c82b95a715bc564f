import re


def quoted(text):
    return re.escape("a.b") + text
