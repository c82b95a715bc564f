package shop

func Copy(m map[string]int) map[string]int {
	other := make(map[string]int, len(m))
	for k, v := range m {
		other[k] = v
	}
	return other
}
