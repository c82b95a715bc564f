exports.header = function header(value) {
	return 'Content-Length: ' + Buffer.from(JSON.stringify(value), 'utf8').length
}
