package shop

func Sets(groups map[string][]string) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	var words []string
	for name := range groups {
		words = groups[name]
		set := make(map[string]bool, len(words))
		for _, w := range words {
			set[w] = true
		}
		all[name] = set
	}
	return all
}
