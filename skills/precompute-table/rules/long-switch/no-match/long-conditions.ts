export function band(n: number): string {
  switch (true) {
    case n < 10:
      return 'below 10';
    case n < 20:
      return 'below 20';
    case n < 30:
      return 'below 30';
    case n < 40:
      return 'below 40';
    case n < 50:
      return 'below 50';
    case n < 60:
      return 'below 60';
    case n < 70:
      return 'below 70';
    case n < 80:
      return 'below 80';
    case n < 90:
      return 'below 90';
    case n < 100:
      return 'below 100';
    case n < 110:
      return 'below 110';
    case n < 120:
      return 'below 120';
    case n < 130:
      return 'below 130';
    default:
      return 'above';
  }
}
