export function liters(value: number): string {
  try {
    return new Intl.NumberFormat('en', { style: 'unit', unit: 'liter' }).format(value);
  } catch {
    return `${value} l`;
  }
}
