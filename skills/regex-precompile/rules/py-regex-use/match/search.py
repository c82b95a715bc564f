import re


class Line:
    def level(self, text):
        # the first word
        found = re.match("[A-Z]+", text)  # or none
        return found.group(0) if found else None
