from contextlib import suppress


def numbers(parts: list[str]) -> str:
    text = ""
    with suppress(ValueError):
        for part in parts:
            text += f"{int(part)},"
    return text
