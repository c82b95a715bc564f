from re import sub


def slug(title):
    return sub(r"[^a-z]+", "-", title)
