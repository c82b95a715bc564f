package shop

func (t *Table) Fill(rows []string) {
	for _, row := range rows {
		t.text += row
	}
}

type Table struct{ text string }
