import os
import re

CLEAN_PATTERN = re.compile(r"^ +| +$")


class Line:
    def clean(self):
        # both ends
        return CLEAN_PATTERN.subn(os.sep, self.text)  # and how many
