import re


def slug(pattern, title):
    return re.sub(pattern, "-", title)
