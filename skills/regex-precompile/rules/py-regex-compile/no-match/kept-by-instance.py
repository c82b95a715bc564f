import re


class Words:
    pattern = None

    def find(self, text):
        if not self.pattern:
            self.pattern = re.compile("[a-z]+")
        return self.pattern.findall(text)
