class Ring {
  size = 3;
}

export function own(count: number): number {
  let sum = 0;
  for (let at = 0; at < count; at++) sum += new Ring().size;
  return sum;
}
