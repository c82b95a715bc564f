import re


def words(text):
    pattern = re.compile(r"\w+", re.ASCII)
    return pattern.findall(text)
