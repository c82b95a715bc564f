import contextlib


def lines(rows):
    s = ""
    with contextlib.suppress(ValueError):
        for row in rows:
            s += str(int(row))
    return s
