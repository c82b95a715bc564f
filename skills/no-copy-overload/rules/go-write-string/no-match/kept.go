package shop

import "io"

func Put(w io.Writer, s string) []byte {
	b := []byte(s)
	w.Write(b)
	return b
}
