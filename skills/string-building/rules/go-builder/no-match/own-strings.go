package text

func Join(strings []string) string {
	text := ""
	for _, one := range strings {
		text += one
	}
	return text
}
