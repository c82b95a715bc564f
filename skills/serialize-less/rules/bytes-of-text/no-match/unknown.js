export function unknown(value) {
  return Buffer.from(value).length;
}
