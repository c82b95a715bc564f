import re

WORDS_PATTERN = re.compile(r"\w+", re.ASCII)


def words(text):
    pattern = WORDS_PATTERN
    return pattern.findall(text)
