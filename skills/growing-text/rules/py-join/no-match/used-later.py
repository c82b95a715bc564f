def lines(rows):
    text = ""
    for row in rows:
        text += str(row)
    return text, row
