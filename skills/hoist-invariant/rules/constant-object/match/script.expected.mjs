const SIZES_TEXT_ENCODER = new TextEncoder()
const SIZES_TEXT_DECODER = new TextDecoder()

export function sizes(texts) {
	const encoder = SIZES_TEXT_ENCODER
	return texts.map(text => encoder.encode(text).length + SIZES_TEXT_DECODER.decode(encoder.encode(text)).length)
}

export function run() {
	return sizes(['a', 'é', '\ud800', ''])
}
