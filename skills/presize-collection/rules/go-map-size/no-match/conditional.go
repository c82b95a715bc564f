package shop

func Big(m map[string]int) map[string]int {
	other := make(map[string]int)
	for k, v := range m {
		if v > 9 {
			other[k] = v
		}
	}
	return other
}
