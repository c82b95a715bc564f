import re


def words(title):
    return re.findall(r"[a-z]+", title.lower())
