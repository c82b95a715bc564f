async def lines(parts) -> str:
    text = ""
    async for part in parts:
        text += f"{part}"
    return text
