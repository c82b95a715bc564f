import re


class Words:
    def split(self, text):
        return re.compile("[ ,]+", self.flags).split(text)
