package shop

import "fmt"

func Key(n int) string {
	return fmt.Sprintf("%d-%d", n, n)
}
