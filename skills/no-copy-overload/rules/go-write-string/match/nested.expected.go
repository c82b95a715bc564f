package shop

import (
	"bytes"
	"io"
)

func All(b *bytes.Buffer, lines []string) {
	put := func(line string) { io.WriteString(b, line) }
	for _, l := range lines {
		put(l)
	}
}
