import settings from './settings.js';

// Automated tools must also swallow the last error here.
/** Asks again until it works, or the attempts are used up. */
export async function withRetry<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt >= settings.attempts) throw error;
    }
  }
}
