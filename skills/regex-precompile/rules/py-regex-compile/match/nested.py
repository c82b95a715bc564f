import re


def clean(lines):

    def one(line):
        return re.compile("""\s+""").sub(" ", line)

    return [one(line) for line in lines]
