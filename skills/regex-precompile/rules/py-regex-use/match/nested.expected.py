import re

TOKENS_PATTERN = re.compile(r"\s+")


def tokens(lines):
    return [t for line in lines for t in TOKENS_PATTERN.split(line.strip())]
