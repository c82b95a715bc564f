import re


def fits(pattern, text):
    return re.compile(pattern).match(text)
