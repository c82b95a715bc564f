package text

func Lines(parts []string, show func(string) string) string {
	text := ""
	func() {
		defer func() { _ = recover() }()
		for _, part := range parts {
			text += show(part)
		}
	}()
	return text
}
