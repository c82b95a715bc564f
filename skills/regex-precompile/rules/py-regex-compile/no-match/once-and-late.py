import re

_words = None


def words(text):
    global _words
    if _words is None:
        _words = re.compile("[a-z]+")
    return _words.findall(text)
