class Table:
    def text(self, rows):
        out = []
        for row in rows:
            line = ""
            for cell in row:
                line += str(cell)
            out.append(line)
        return out
