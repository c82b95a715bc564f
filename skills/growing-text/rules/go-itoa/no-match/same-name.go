package shop

import "fmt"

func Key(n int) string {
	if n := other(); n > 3 {
		return fmt.Sprintf("%d", n)
	}
	return ""
}

func other() int64 { return 9 }
