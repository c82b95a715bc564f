package shop

import (
	"fmt"
	"regexp"
)

var findPattern = regexp.MustCompile("^a+")
var findPattern2 = regexp.MustCompile("b")

var _ = fmt.Sprint

type Index struct{ words []string }

// Find counts what fits.
func (i *Index) Find() int {
	n := 0
	for _, w := range i.words {
		if findPattern.MatchString(w) && !findPattern2.MatchString(w) {
			n++
		}
	}
	return n
}
