package shop

import "regexp"

func Fits(p, s string) bool {
	return regexp.MustCompile(p).MatchString(s)
}
