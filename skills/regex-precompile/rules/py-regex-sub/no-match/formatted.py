import re


def drop(word, text):
    return re.sub(f"{word}+", "", text)
