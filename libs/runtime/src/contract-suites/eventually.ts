/** Longest that {@link eventually} looks, unless told otherwise. Milliseconds. */
const DEADLINE_MS = 4_000;
const LOOK_EVERY_MS = 10;

/** Waits until `check` no longer throws; fails with its last error after a generous deadline. */
export async function eventually<Result>(
  check: () => Result | Promise<Result>,
  deadlineMs = DEADLINE_MS,
): Promise<Result> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
