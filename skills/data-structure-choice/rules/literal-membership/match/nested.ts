export class Reserved {
  check(names: string[]): string[] {
    return names.filter(
      (name) =>
        [
          'abstract', 'assert', 'boolean', 'break', 'byte', 'case', 'catch', 'char',
          'class', 'const', 'continue', 'default', 'do', 'double', 'else', 'enum',
          'extends', 'final', 'finally', 'float', 'for', 'goto', 'if', 'implements',
        ].indexOf(name) > -1,
    );
  }
}

export function run(): unknown {
  return new Reserved().check(['if', 'then', 'abstract', 'implements', '']);
}
