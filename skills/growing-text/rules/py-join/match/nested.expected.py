class Table:
    def text(self, rows):
        out = []
        for row in rows:
            line = ""
            line += "".join([str(cell) for cell in row])
            out.append(line)
        return out
