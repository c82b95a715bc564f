export function sparse(): number | undefined {
  const slots = [1, , 0];
  return slots.filter((slot) => !slot)[0];
}
