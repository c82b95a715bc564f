def lines(rows):
    s = ""
    last = lambda: row
    for row in rows:
        s += str(row)
    return s, last()
