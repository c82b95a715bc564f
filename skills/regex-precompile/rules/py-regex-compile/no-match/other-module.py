import regex as re


def words(text):
    return re.compile(r"\w+").findall(text)
