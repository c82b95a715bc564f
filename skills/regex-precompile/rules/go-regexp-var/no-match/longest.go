package shop

import "regexp"

func Longest(text string) string {
	re := regexp.MustCompile(`a|ab`)
	re.Longest()
	return re.FindString(text)
}
