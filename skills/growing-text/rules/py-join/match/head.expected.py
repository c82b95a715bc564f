def join(head: str, parts):
    # a head before its parts
    head += "".join(["%s=%s" + str(part) for name, part in parts])
    return head  # and nothing behind
