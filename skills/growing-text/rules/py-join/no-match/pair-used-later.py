def lines(pairs):
    text = ""
    for name, part in pairs:
        text += str(part)
    return text, name
