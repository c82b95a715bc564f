package keys

import "fmt"

func Key(n int, v any) string {
	switch n := v.(type) {
	case int64:
		return fmt.Sprintf("%d", n)
	}
	return ""
}
