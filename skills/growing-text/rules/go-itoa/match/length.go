package shop

import "fmt"

func Size(xs []string) string {
	// in elements
	return "n=" + fmt.Sprintf("%d", len(xs)) // and no more
}
