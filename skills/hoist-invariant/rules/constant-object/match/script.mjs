export function sizes(texts) {
	const encoder = new TextEncoder()
	return texts.map(text => encoder.encode(text).length + new TextDecoder().decode(encoder.encode(text)).length)
}

export function run() {
	return sizes(['a', 'é', '\ud800', ''])
}
