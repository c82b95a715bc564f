export function named(...people) {
  // A person further back may have no name at all.
  return people.filter((person) => person.name.length > 3)[0];
}
