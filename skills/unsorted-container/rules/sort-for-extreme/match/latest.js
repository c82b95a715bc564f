export function latest(events) {
  return events.slice().sort((a, b) => a.time - b.time).pop()
}
