package shop

import (
	"fmt"
	"io"
)

var _ = fmt.Sprint

// Put writes a line.
func Put(out io.Writer, line string) error {
	if _, err := io.WriteString(out, line); err != nil {
		return err
	}
	return nil
}
