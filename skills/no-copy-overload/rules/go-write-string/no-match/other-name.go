package pages

import (
	stdio "io"
	"net/http"
)

func Show(w http.ResponseWriter, s string) {
	w.Write([]byte(s))
	stdio.WriteString(w, "")
}
