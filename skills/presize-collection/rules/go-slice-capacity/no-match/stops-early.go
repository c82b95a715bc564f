package names

func First(rows []string) []string {
	names := []string{}
	for _, row := range rows {
		names = append(names, row)
		if len(row) == 0 {
			break
		}
	}
	return names
}
