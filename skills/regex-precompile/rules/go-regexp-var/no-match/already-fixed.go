package shop

import "regexp"

var word = regexp.MustCompile(`^\w+$`)

func IsWord(s string) bool {
	return word.MatchString(s)
}
