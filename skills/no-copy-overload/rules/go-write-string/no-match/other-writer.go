package shop

func Put(w Sink, s string) {
	w.Write([]byte(s))
}

type Sink interface{ Write([]byte) }
