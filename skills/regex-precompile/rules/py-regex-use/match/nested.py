import re


def tokens(lines):
    return [t for line in lines for t in re.split(r"\s+", line.strip())]
