package shop

import "io"

type Name string

func Put(w io.Writer, n Name) {
	w.Write([]byte(n))
}
