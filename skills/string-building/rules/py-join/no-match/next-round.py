def lines(tables):
    s = ""
    row = None
    for table in tables:
        if row:
            print(row)
        for row in table:
            s += str(row)
    return s
