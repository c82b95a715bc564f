package shop

import (
	"strconv"
	"strings"
)

func Key(n int, s string) string {
	return strings.ToUpper(s) + strconv.Itoa(n)
}
