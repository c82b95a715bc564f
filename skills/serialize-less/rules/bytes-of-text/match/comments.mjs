// Reviewers want the limit doubled (says this comment).
export function fits(value) {
  const limit = 10; // the limit
  return Buffer.from(String(/* as text */ value)).length <= limit;
}

export function run(round) {
  return [fits('é'.repeat(round % 9)), fits(undefined)];
}
