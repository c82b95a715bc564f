interface Sequence {
  reduce(step: (all: number[], n: number) => number[], seed: number[]): number[];
}

export function chars(sequence: Sequence): number[] {
  return sequence.reduce((all: number[], n) => [...all, n], []);
}
