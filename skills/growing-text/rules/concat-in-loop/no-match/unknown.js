export function joined(parts, text) {
  for (const part of parts) text += part
  return text
}
