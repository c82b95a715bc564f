export function sparse(): Record<string, number> {
  const slots = ['a', , 'c'];
  return slots.reduce((all, slot) => ({ ...all, [slot!.trim()]: 1 }), {});
}
