/** Longest that {@link eventually} looks. Milliseconds. */
let deadlineMs = 4_000;
const LOOK_EVERY_MS = 10;

/** Lets {@link eventually} look longer in this test file: over a network, or while a broker starts again. */
export function lookFor(ms: number): void {
  deadlineMs = ms;
}

/** Waits until `check` no longer throws; fails with its last error after a generous deadline. */
export async function eventually<Result>(check: () => Result | Promise<Result>): Promise<Result> {
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
