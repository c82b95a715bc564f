package text

import "fmt"

func Key(strconv int) string {
	return fmt.Sprintf("%d", strconv)
}
