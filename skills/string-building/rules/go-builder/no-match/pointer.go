package words

func Join(xs []string, marked func(*string) string) string {
	s := ""
	all := &s
	for _, x := range xs {
		s += x + marked(all)
	}
	return s
}
