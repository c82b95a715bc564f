package shop

func Names(users []User) []string {
	var names []string
	for _, u := range users {
		names = append(names, u.Name)
	}
	return names
}

type User struct{ Name string }
