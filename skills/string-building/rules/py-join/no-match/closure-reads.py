def lines(parts: list[str]) -> str:
    text = ""

    def at() -> int:
        return len(text)

    for part in parts:
        text += f"{at()}:{part}"
    return text
