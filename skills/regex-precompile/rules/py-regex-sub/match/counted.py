import os
import re


class Line:
    def clean(self):
        # both ends
        return re.subn(r"^ +| +$", os.sep, self.text)  # and how many
