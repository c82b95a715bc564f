async def lines(rows):
    s = ""
    async for row in rows:
        s += str(row)
    return s
