package keys

import (
	"example.com/strconv"
	"fmt"
)

func Key(n int) string {
	return strconv.Mark() + fmt.Sprintf("%d", n)
}
