/** Longest that {@link eventually} looks. Milliseconds. */
const DEADLINE_MS = 4_000;
const LOOK_EVERY_MS = 10;

/** Waits until `check` no longer throws; fails with its last error after a generous deadline. */
export async function eventually<Result>(check: () => Result | Promise<Result>): Promise<Result> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
