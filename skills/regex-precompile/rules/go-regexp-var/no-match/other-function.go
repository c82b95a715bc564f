package shop

import "regexp"

func IsWord(s string) bool {
	return s != ""
}

func Rare(s string) bool {
	return regexp.MustCompile(`^\w+$`).MatchString(s)
}
