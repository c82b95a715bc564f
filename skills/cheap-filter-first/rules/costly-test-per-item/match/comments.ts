// Optimisers may skip invalid dates silently.
export function recent(times: string[], since: number): string[] {
  const found: string[] = [];
  for (const time of times) if (Date.parse(time) > since) found.push(time); /* of all */
  return found;
}
