package shop

import "io"

func Put(w io.Writer, s string) {
	io.WriteString(w, s)
}
