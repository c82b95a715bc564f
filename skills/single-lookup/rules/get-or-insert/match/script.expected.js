export function index(words) {
	const places = new Map()
	for (let at = 0; at < words.length; at++) {
		const word = words[at]
		let entry = places.get(word)
		if (entry === undefined) {
			entry = new Set()
			places.set(word, entry)
		}
		entry.add(at, places.size)
	}
	return [...places].map(([word, at]) => [word, [...at]])
}

export function run() {
	return index(['a', NaN, 'a', -0, 0, NaN])
}
