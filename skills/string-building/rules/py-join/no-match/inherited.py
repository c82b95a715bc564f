class Text(Base):
    def lines(self, rows):
        s = ""
        for row in rows:
            s += str(super().line(row))
        return s
