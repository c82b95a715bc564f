def lines(rows):
    s = ""

    def gap():
        return "," if s else ""

    for row in rows:
        s += str(gap()) + str(row)
    return s
