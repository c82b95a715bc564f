const CHECK_VALUES = new Set([
  'abstract', 'assert', 'boolean', 'break', 'byte', 'case', 'catch', 'char',
  'class', 'const', 'continue', 'default', 'do', 'double', 'else', 'enum',
  'extends', 'final', 'finally', 'float', 'for', 'goto', 'if', 'implements',
]);

export class Reserved {
  check(names: string[]): string[] {
    return names.filter(
      (name) =>
        CHECK_VALUES.has(name),
    );
  }
}

export function run(): unknown {
  return new Reserved().check(['if', 'then', 'abstract', 'implements', '']);
}
