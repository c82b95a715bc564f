import re


def words(re, text):
    return re.compile(r"\w+").findall(text)
