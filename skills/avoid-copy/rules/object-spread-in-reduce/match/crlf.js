export function lengths(text) {
	const words = `${text}`.split(' ')
	const found = words.reduce((acc, word) => {
		return { ...acc, [word]: word.length }
	}, {})
	return found
}

export function run(round) {
	return [lengths('a bb ccc a'), lengths(''), lengths(`r ${round}`)]
}
