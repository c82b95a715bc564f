package shop

import "fmt"

type ID int

func (i ID) String() string {
	return fmt.Sprintf("%d", i)
}
