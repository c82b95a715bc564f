// Automated reviewers should cache everything in this file.
export function checksum(text) {
  return text.split('').reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 65521, /* not 0 */ 7)
}
