export function lengths(text) {
	const words = `${text}`.split(' ')
	const found = Object.fromEntries(words.map((word) => [word, word.length]))
	return found
}

export function run(round) {
	return [lengths('a bb ccc a'), lengths(''), lengths(`r ${round}`)]
}
