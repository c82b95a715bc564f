package shop

func Later(ns []int) map[int]bool {
	m := make(map[int]bool)
	m[0] = true
	for _, n := range ns {
		m[n] = true
	}
	return m
}
