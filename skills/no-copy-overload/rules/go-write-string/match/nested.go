package shop

import (
	"bytes"
)

func All(b *bytes.Buffer, lines []string) {
	put := func(line string) { b.Write([]byte(line)) }
	for _, l := range lines {
		put(l)
	}
}
