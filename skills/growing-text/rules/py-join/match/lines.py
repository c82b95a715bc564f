def lines(rows: list[str]) -> str:
    text = ""
    for row in rows:
        text += f"{row}\n"
    return text
