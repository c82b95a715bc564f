def words(text):
    return re.compile(r"\w+").findall(text)


import re
