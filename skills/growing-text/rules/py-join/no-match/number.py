def total(ns):
    s = 0
    for n in ns:
        s += n
    return s
