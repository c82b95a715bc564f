export function pick(mode, ...words) {
	let left = words.length
	while (words.every(word => word !== '') && left !== 0) {
		left--
		if (words.some((word) => word === mode) && typeof mode === 'string') words.pop()
	}
	return [left, words]
}

export function run(round) {
	return [pick('a', 'a', 'b'), pick(NaN, 1, 2), pick(round), pick('b', '')]
}
