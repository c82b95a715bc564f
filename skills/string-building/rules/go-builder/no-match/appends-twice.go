package shop

func Line(words []string) string {
	s := ""
	for _, word := range words {
		s += " "
		s += word
	}
	return s
}
