def join(head: str, parts):
    # a head before its parts
    for name, part in parts:
        head += "%s=%s" + str(part)
    return head  # and nothing behind
