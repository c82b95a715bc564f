def lines(rows):
    text = ""
    for row in rows:
        text += row
    return text
