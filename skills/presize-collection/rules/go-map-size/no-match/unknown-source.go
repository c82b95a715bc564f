package shop

func Index(l List) map[int]bool {
	m := make(map[int]bool)
	for _, n := range l.All() {
		m[n] = true
	}
	return m
}

type List interface{ All() []int }
