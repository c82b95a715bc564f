package shop

import "net/http"
import "io"

func Hello(w http.ResponseWriter, name string) {
	io.WriteString(w, "hello ")
	io.WriteString(w, name) // as it came
}
