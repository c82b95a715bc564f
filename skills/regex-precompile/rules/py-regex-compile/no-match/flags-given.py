import re


def words(text, flags):
    return re.compile(r"\w+", flags).findall(text)
