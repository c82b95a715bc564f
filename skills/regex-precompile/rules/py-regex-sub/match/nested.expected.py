import re

CLEAN_PATTERN = re.compile("a+")


def clean(lines):
    return [CLEAN_PATTERN.sub(lambda m: m.group(0)[:1], line) for line in lines]
