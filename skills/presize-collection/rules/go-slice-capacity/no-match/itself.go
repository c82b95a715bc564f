package words

func All(out []string) []string {
	{
		out := []string{}
		for _, x := range out {
			out = append(out, x)
		}
	}
	return out
}
