package keys

import (
	"fmt" // for numbers
	"os"
)

func Key(n int) string {
	return os.Getenv("PREFIX") + fmt.Sprintf("%d", n)
}
