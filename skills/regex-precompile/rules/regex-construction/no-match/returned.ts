export function patternFor(): RegExp {
  return new RegExp('^a');
}
