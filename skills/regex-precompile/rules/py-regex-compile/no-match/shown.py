import re


def fits(s):
    return re.compile("a", re.DEBUG).match(s)
