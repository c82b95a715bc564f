import re


def clean(lines):
    return [re.sub("a+", lambda m: m.group(0)[:1], line) for line in lines]
