package shop

func Runes(s string) []rune {
	out := []rune{}
	for _, r := range s {
		out = append(out, r)
	}
	return out
}
