import re


class Words:
    def fits(self, s):
        return re.compile("a", self.flags).match(s)
