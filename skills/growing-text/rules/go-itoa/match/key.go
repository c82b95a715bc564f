package shop

import (
	"fmt"
	"strings"
)

func Key(n int, s string) string {
	return strings.ToUpper(s) + fmt.Sprintf("%d", n)
}
