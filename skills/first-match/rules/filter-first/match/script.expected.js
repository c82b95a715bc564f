export function longest(...words) {
	const found = words.find((word) => typeof word === 'string' && word !== '')
	const none = words.filter(Boolean)[0]
	return found ?? none
}

export function run() {
	return [longest(0, NaN, '', 'a'), longest(-0), longest(undefined, null)]
}
