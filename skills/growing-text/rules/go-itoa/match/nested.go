package shop

import (
	"fmt"
	"strconv"
)

var base = strconv.IntSize

type Row struct{ ids []string }

func (r *Row) Fill(count int) {
	for i := 0; i < count; i++ {
		add := func(n int) { r.ids = append(r.ids, fmt.Sprintf("%d", n)) }
		add(i)
	}
	fmt.Println(r.ids)
}
