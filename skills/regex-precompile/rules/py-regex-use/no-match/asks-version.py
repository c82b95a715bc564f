import re


def first_word(text):
    try:
        return re.match("(?>[a-z]+)", text)
    except re.error:
        return re.match("[a-z]+(?![a-z])", text)
