import re


def fits(word, text):
    return re.compile(f"^{word}$").match(text)
