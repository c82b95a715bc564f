package shop

import rx "regexp"

var cleanPattern = rx.MustCompile(`\s+`)

func Clean(words []string) []string {
	// every word by itself
	one := func(w string) string {
		return cleanPattern.ReplaceAllString(w, " ") // blanks
	}
	for i := range words {
		words[i] = one(words[i])
	}
	return words
}
