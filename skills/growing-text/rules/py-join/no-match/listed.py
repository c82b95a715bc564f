def flat(rows):
    out = []
    for row in rows:
        out += row
    return out
