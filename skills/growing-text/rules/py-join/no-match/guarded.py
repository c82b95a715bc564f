def lines(rows):
    text = ""
    try:
        for row in rows:
            text += str(row)
    except ValueError:
        return text
    return text
