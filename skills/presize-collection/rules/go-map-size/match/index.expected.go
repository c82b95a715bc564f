package shop

func ByName(users []User) map[string]User {
	by := make(map[string]User, len(users))
	for _, u := range users {
		by[u.Name] = u
	}
	return by
}

type User struct{ Name string }
