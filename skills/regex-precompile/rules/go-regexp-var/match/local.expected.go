package shop

import "regexp"

var isWordPattern = regexp.MustCompile(`^\w+$`)

func IsWord(s string) bool {
	re := isWordPattern
	return re.MatchString(s)
}
