export function filled(size: number): number[] {
  const slots: number[] = new Array(size);
  slots.push(1);
  return slots.reduce((all: number[], slot) => [...all, slot], []);
}
