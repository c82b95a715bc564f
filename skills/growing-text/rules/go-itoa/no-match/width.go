package shop

import "fmt"

func Key(n int) string {
	return fmt.Sprintf("%05d", n)
}
