import re


def words(pattern, text):
    return re.findall(pattern, text)
