package names

func First(rows []string) map[string]bool {
	seen := make(map[string]bool)
	for _, row := range rows {
		seen[row] = true
		if len(seen) > 3 {
			break
		}
	}
	return seen
}
