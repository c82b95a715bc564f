package shop

import (
	"fmt"
	"regexp"
)

var _ = fmt.Sprint

type Index struct{ words []string }

// Find counts what fits.
func (i *Index) Find() int {
	n := 0
	for _, w := range i.words {
		if regexp.MustCompile("^a+").MatchString(w) && !regexp.MustCompile("b").MatchString(w) {
			n++
		}
	}
	return n
}
