package shop

func Lines(rows []string) string {
	s := ""
	for _, row := range rows {
		s += row + "\n"
	}
	return s
}
