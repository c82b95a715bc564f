export function unknown(headers, key) {
  return headers.has(key) ? headers.get(key) : '';
}
