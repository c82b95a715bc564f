export function text(): string {
  return 'readFileSync(path)';
}
