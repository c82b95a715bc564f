package shop

func Names(users []User) []string {
	names := []string{}
	for _, u := range users {
		names = append(names, u.Name)
	}
	return names
}

type User struct{ Name string }
