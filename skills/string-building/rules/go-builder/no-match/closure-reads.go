package text

func Lines(parts []string) string {
	text := ""
	mark := func(part string) string {
		if len(text) > 80 {
			return "\n" + part
		}
		return part
	}
	for _, part := range parts {
		text += mark(part)
	}
	return text
}
