package shop

func Count(words []string) map[string]int {
	n := make(map[string]int)
	for _, w := range words {
		n[w]++
	}
	return n
}
