package words

import (
	"regexp"
	"sync"
)

var (
	once sync.Once
	word *regexp.Regexp
)

func IsWord(text string) bool {
	once.Do(func() {
		word = regexp.MustCompile(`^[a-z]+$`)
	})
	return word.MatchString(text)
}
