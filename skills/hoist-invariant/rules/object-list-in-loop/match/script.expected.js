export function rows(lines) {
	const limits = { a: 1, b: -0, c: NaN }
	const found = []
	const limitsEntries = Object.entries(limits)
	outer: for (const line of lines) {
		for (const [name, limit] of limitsEntries) {
			if (line === 'skip') continue outer
			if (line.startsWith(name)) found.push(report(line, limit))
		}
	}
	return found
}

function report(line, limit) {
	return `${line} ${limit}`
}

export function run(round) {
	return [rows(['ax', 'skip', 'by', 'c']), rows([]), rows(['a' + round])]
}
