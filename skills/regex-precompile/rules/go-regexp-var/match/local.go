package shop

import "regexp"

func IsWord(s string) bool {
	re := regexp.MustCompile(`^\w+$`)
	return re.MatchString(s)
}
