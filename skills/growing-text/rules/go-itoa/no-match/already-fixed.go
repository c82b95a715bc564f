package shop

import "strconv"

func Key(n int) string {
	return strconv.Itoa(n)
}
