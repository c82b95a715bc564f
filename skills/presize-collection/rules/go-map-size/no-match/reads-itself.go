package shop

func Chain(ns []int) map[int]int {
	m := make(map[int]int)
	for i, n := range ns {
		m[n] = m[i]
	}
	return m
}
