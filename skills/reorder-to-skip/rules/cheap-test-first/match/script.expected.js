export function pick(mode, ...words) {
	let left = words.length
	while (left !== 0 && words.every(word => word !== '')) {
		left--
		if (typeof mode === 'string' && words.some((word) => word === mode)) words.pop()
	}
	return [left, words]
}

export function run(round) {
	return [pick('a', 'a', 'b'), pick(NaN, 1, 2), pick(round), pick('b', '')]
}
