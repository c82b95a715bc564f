package words

func All() []string {
	out := []string{}
	for _, x := range []string{next(), next()} {
		out = append(out, x)
	}
	return out
}
