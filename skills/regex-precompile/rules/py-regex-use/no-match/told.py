import re


def fits(s):
    return re.match("a",  # one letter
                    s)
