package shop

func Lines(rows []string) string {
	s := ""
	for _, row := range rows {
		println(row)
		s += row
	}
	return s
}
