async def lines(rows):
    text = ""
    for row in rows:
        text += str(await row)
    return text
