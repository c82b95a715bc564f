package shop

import "fmt"

func Key(n int64) string {
	return fmt.Sprintf("%d", n)
}
