def lines(rows):
    s = ""
    for row in rows:
        s += str(locals())
    return s
