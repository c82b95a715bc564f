package shop

import (
	"fmt"
	"strings"

	"example.org/x/y"
)

var _ = fmt.Sprint(y.Z)

func (t *Table) Text() string {
	out := ""
	for _, row := range t.rows {
		line := ""
		var lineBuilder strings.Builder
		for _, cell := range row {
			lineBuilder.WriteString(cell)
		}
		line += lineBuilder.String()
		out += line
	}
	return out
}

type Table struct{ rows [][]string }
