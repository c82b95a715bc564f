package shop

import "strings"

func Lines(rows []string) string {
	s := ""
	var sBuilder strings.Builder
	for _, row := range rows {
		sBuilder.WriteString(row + "\n")
	}
	s += sBuilder.String()
	return s
}
