package shop

import "net/http"

func Hello(w http.ResponseWriter, name string) {
	w.Write([]byte("hello "))
	w.Write([]byte(name)) // as it came
}
