export function none(...values) {
  if (values.filter((value) => value === null).length == 0 && values.length > 1) return 'no null'
  return !values.filter((value) => !value).length
}

export function run(round) {
  return [none(null), none(0, NaN), none(round, 1), none()]
}
