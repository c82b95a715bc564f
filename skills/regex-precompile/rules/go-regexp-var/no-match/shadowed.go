package shop

import "regexp"

var _ = regexp.MustCompile

func IsWord(s string) bool {
	regexp := other{}
	return regexp.MustCompile(`^\w+$`).MatchString(s)
}
