package keys

import "fmt"

func Key(n int, v fmt.Stringer) string {
	return fmt.Sprintf("%d", n) + v.String()
}
