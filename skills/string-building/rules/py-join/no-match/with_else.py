def line(words: list[str]) -> str:
    s = ""
    for word in words:
        s += "!"
    else:
        s += "."
    return s
