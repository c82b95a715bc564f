export function marked(xs: string[], seen: string[], isOn: boolean) {
  if (xs.map((x) => seen.push(x)).some((n) => n === 1) && isOn) return 1;
  return 0;
}
