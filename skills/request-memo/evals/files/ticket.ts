import { getClock } from './clock.js';

/** Two calls must give two numbers. */
export function ticket(): string {
  return String(getClock().next()) + '-' + String(getClock().next());
}
