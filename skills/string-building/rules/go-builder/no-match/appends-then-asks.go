package shop

func Marked(words []string, marked bool) string {
	s := ""
	for _, word := range words {
		s += " " + word
		if marked {
			s += "!"
		}
	}
	return s
}
