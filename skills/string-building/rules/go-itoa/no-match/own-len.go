package keys

import "fmt"

func Key(xs []string, len func([]string) int64) string {
	n := len(xs)
	return fmt.Sprintf("%d", n)
}
