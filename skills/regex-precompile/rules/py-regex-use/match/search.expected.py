import re

LEVEL_PATTERN = re.compile("[A-Z]+")


class Line:
    def level(self, text):
        # the first word
        found = LEVEL_PATTERN.match(text)  # or none
        return found.group(0) if found else None
