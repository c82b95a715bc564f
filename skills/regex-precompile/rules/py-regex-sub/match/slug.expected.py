import re

SLUG_PATTERN = re.compile(r"[^a-z]+")


def slug(title):
    return SLUG_PATTERN.sub("-", title.lower())
