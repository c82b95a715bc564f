export function month(code: number): string {
  switch (code) {
    case 1:
      return 'm1';
    case 2:
      return 'm2';
    case 3:
      return 'm3';
    case 4:
      return 'm4';
    case 5:
      return 'm5';
    case 6:
      return 'm6';
    case 7:
      return 'm7';
    case 8:
      return 'm8';
    case 9:
      return 'm9';
    case 10:
      return 'm10';
    case 11:
      return 'm11';
    case 12:
      return 'm12';
    case 13:
      return 'm13';
    default:
      return 'none';
  }
}
