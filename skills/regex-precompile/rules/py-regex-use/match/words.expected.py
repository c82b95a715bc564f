import re

WORDS_PATTERN = re.compile(r"[a-z]+")


def words(title):
    return WORDS_PATTERN.findall(title.lower())
