export function tally(...words) {
	const seen = new Map()
	const repeated = []
	for (const word of words) {
		if (seen.has(word)) {
			const places = seen.get(word)
			places.push(words.length)
			repeated.push([word, places.length])
		}
		else
			seen.set(word, [])
	}
	for (const word of words) {
		const at = seen.get(word)
		if (at !== undefined) {
			repeated.push(at.length)
		}
	}
	return repeated
}

export function run() {
	return [tally('a', 'b', 'a', NaN, NaN, -0, 0), tally()]
}
