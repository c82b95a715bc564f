import re

ONE_PATTERN = re.compile("""\s+""")


def clean(lines):

    def one(line):
        return ONE_PATTERN.sub(" ", line)

    return [one(line) for line in lines]
