package shop

import "strings"

func Lines(rows []string) string {
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(row)
	}
	return b.String()
}
