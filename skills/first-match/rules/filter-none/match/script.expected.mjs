export function none(...values) {
  if (!values.some((value) => value === null) && values.length > 1) return 'no null'
  return !values.some((value) => !value)
}

export function run(round) {
  return [none(null), none(0, NaN), none(round, 1), none()]
}
