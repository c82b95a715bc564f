/** A Go program that burns CPU in one method; the first argument is where its profile goes, the second a label of its samples. */
export const goRegister = `package main

import (
	"context"
	"os"
	"runtime/pprof"
	"time"
)

type Register struct{ sum float64 }

//go:noinline
func (r *Register) Total(n int) {
	for i := 0; i < n; i++ {
		r.sum += float64(i%7) / 3
	}
}

func main() {
	labels := pprof.Labels()
	if len(os.Args) > 2 {
		labels = pprof.Labels("commit", os.Args[2])
	}
	out, _ := os.Create(os.Args[1])
	pprof.StartCPUProfile(out)
	pprof.Do(context.Background(), labels, func(context.Context) {
		r := &Register{}
		for end := time.Now().Add(400 * time.Millisecond); time.Now().Before(end); {
			r.Total(1000000)
		}
	})
	pprof.StopCPUProfile()
}
`;
