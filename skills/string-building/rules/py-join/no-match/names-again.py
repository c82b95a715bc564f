def lines(rows):
    s = ""
    for row in rows:
        s += str(row := row + 1)
    return s
