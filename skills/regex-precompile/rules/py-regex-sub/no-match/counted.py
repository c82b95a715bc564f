import re


def slug(title):
    return re.sub("a", "b", title, 1)
