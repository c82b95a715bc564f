export { bounded } from './bounded.js';
export { duration, percentage, significant, signedPercentage, timeUnitOf, type TimeUnit } from './figures.js';
export { bytesWithin, estimateTokens } from './tokens.js';
