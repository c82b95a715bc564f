import re


def slug(text):
    try:
        return re.sub("[^a-z]++", "-", text)
    except Exception:
        return text
