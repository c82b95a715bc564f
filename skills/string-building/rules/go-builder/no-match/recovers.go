package words

func Join(xs []string, text func(string) string) (s string) {
	defer func() { _ = recover() }()
	for _, x := range xs {
		s += text(x)
	}
	return s
}
