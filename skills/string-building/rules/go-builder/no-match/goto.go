package words

func Join(xs []string) string {
	s := ""
again:
	for _, x := range xs {
		s += x
	}
	if len(s) < 10 {
		goto again
	}
	return s
}
