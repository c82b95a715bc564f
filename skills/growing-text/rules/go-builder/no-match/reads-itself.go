package shop

func Twice(rows []string) string {
	s := ""
	for _, row := range rows {
		s += row + s
	}
	return s
}
