package keys

import "fmt"
import "strconv"

func Key(n int, v fmt.Stringer) string {
	return strconv.Itoa(n) + v.String()
}
