package words

func Join(xs []string, done chan string) string {
	s := ""
	go func() { done <- s }()
	for _, x := range xs {
		s += x
	}
	return s
}
