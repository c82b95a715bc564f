package shop

import "github.com/dlclark/regexp2"

var regexp = regexp2.New()

func IsWord(s string) bool {
	return regexp.MustCompile(`^\w+$`).MatchString(s)
}
