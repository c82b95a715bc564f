def slug(title):
    return title.replace("a", "b")
