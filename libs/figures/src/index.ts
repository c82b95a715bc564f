export { duration, percentage, significant, signedPercentage, timeUnitOf, type TimeUnit } from './figures.js';
