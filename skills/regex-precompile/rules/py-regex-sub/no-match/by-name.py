import re


def slug(title):
    return re.sub("a", "b", string=title)
