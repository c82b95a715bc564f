export function longest(...words) {
	const found = words.filter((word) => typeof word === 'string' && word !== '')[0]
	const none = words.filter(Boolean)[0]
	return found ?? none
}

export function run() {
	return [longest(0, NaN, '', 'a'), longest(-0), longest(undefined, null)]
}
