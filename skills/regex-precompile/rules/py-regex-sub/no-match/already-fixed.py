import re

A = re.compile("a")


def slug(title):
    return A.sub("b", title)
