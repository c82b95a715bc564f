package words

func All() map[string]bool {
	out := make(map[string]bool)
	for _, x := range []string{next(), next()} {
		out[x] = true
	}
	return out
}
