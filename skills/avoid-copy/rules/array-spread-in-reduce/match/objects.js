export function rows(...values) {
  return values.reduce((all, value) => {
    return [...all, { value, text: String(value) }];
  }, []);
}

export function run() {
  return rows(1, -0, NaN, undefined, null, [1, 2]);
}
