package shop

func Big(ns []int) []int {
	out := []int{}
	for _, n := range ns {
		if n > 9 {
			out = append(out, n)
		}
	}
	return out
}
