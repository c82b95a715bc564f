package keys

import "fmt"

func Key(n int, sizes chan int64) string {
	select {
	case n := <-sizes:
		return fmt.Sprintf("%d", n)
	}
}
