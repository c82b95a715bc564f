package shop

import rx "regexp"

func Clean(words []string) []string {
	// every word by itself
	one := func(w string) string {
		return rx.MustCompile(`\s+`).ReplaceAllString(w, " ") // blanks
	}
	for i := range words {
		words[i] = one(words[i])
	}
	return words
}
