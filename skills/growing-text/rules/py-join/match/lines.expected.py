def lines(rows: list[str]) -> str:
    text = ""
    text += "".join([f"{row}\n" for row in rows])
    return text
