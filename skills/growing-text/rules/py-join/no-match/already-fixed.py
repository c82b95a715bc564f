def lines(rows):
    text = ""
    text += "".join([str(row) for row in rows])
    return text
