package page

import "net/http"

func Show(w http.ResponseWriter, io string) {
	w.Write([]byte(io))
}
