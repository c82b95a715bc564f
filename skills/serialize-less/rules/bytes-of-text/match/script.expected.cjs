exports.header = function header(value) {
	return 'Content-Length: ' + Buffer.byteLength(JSON.stringify(value))
}
