package shop

import (
	"fmt"

	"example.org/x/y"
)

var _ = fmt.Sprint(y.Z)

func (t *Table) Text() string {
	out := ""
	for _, row := range t.rows {
		line := ""
		for _, cell := range row {
			line += cell
		}
		out += line
	}
	return out
}

type Table struct{ rows [][]string }
