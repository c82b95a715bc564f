def line(words: list[str]) -> str:
    s = ""
    for word in words:
        s += " "
        s += "!"
    return s
