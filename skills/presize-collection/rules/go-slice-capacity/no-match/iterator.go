package shop

import "iter"

func All(seq iter.Seq2[int, string]) []string {
	out := []string{}
	for _, s := range seq {
		out = append(out, s)
	}
	return out
}
