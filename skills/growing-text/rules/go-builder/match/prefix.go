package shop

import "strings"

// Join has a head before its parts.
func Join(head string, parts map[int]string) string {
	for _, part := range parts {
		head += strings.TrimSpace(part)
	}
	return head // and nothing behind
}
