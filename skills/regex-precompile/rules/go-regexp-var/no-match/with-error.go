package shop

import "regexp"

func IsWord(s string) bool {
	re, err := regexp.Compile(`^\w+$`)
	return err == nil && re.MatchString(s)
}
