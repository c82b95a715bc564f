export type { ProfileSource } from './profile.port.js';
export { PyroscopeSource, type PyroscopeSourceOptions } from './pyroscope/pyroscope.source.js';
export { profilingTools } from './profiling.tools.js';
export { StoredProfiles } from './stored.profiles.js';
