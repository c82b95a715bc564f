package shop

func Drain(c chan int) []int {
	out := []int{}
	for n := range c {
		out = append(out, n)
	}
	return out
}
