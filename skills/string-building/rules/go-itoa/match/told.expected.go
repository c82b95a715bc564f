package keys

import (
	// for numbers
	"os"
	"strconv"
)

func Key(n int) string {
	return os.Getenv("PREFIX") + strconv.Itoa(n)
}
