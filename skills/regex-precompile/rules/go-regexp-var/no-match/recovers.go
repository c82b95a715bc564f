package words

import "regexp"

func IsWord(text string) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return regexp.MustCompile(`^\p{Cyrillic}+$`).MatchString(text)
}
