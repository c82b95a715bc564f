export function drain(queue: string[]): void {
  [...queue].forEach((one) => {
    queue.splice(queue.indexOf(one), 1);
  });
}
