package words

func Join(xs []string) string {
	s := ""
	gap := func() string {
		if s == "" {
			return ""
		}
		return ","
	}
	for _, x := range xs {
		s += gap() + x
	}
	return s
}
