package shop

func (r *Report) Rows(count int, group []int) [][]int {
	all := make([][]int, 0, count) // doubled
	for i := 0; i < count; i++ {
		row := make([]int, 0, len(group))
		for _, n := range group {
			row = append(row, n*i)
		}
		all = append(all, row)
	}
	return all
}

type Report struct{}
