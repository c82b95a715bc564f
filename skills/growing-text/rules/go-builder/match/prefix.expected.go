package shop

import "strings"

// Join has a head before its parts.
func Join(head string, parts map[int]string) string {
	var headBuilder strings.Builder
	for _, part := range parts {
		headBuilder.WriteString(strings.TrimSpace(part))
	}
	head += headBuilder.String()
	return head // and nothing behind
}
