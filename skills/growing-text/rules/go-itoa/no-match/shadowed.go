package shop

import "fmt"

var _ = fmt.Sprint

func Key(n int, fmt printer) string {
	return fmt.Sprintf("%d", n)
}

type printer interface{ Sprintf(string, ...any) string }
