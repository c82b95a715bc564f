package shop

// Copy makes another one.
func Copy(m map[string][]int) map[string][]int {
	other := make(map[string][]int)
	for k, v := range m {
		other[k] = v // shared
	}
	return other
}
