export type { ProfileSource } from './profile.port.js';
export { profilingTools } from './profiling.tools.js';
export { StoredProfiles } from './stored.profiles.js';
