package text

func Lines(parts []string, show func(string) string, end func()) (text string) {
	defer end()
	for _, part := range parts {
		text += show(part)
	}
	return text
}
