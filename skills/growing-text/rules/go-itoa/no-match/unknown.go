package shop

import "fmt"

func Key(o Order) string {
	return fmt.Sprintf("%d", o.Count())
}

type Order interface{ Count() int }
