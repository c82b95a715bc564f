export function codes(code) {
	const isKnown = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24].indexOf(code) !== -1
	return isKnown ? 'known' : 'unknown'
}

export function run(round) {
	return [codes(-0), codes(NaN), codes('1'), codes(undefined), codes(round)]
}
