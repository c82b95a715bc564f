row = None


def lines(rows):
    global row
    s = ""
    for row in rows:
        s += str(row)
    return s
