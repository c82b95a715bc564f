export function named(flag, ...people) {
  if (people.some((person) => person.name === 'ann') && flag) return true;
  return false;
}
