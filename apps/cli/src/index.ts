export type { HeadroomClient } from './client.js';
export { HttpClient } from './client.http.js';
export { logFile } from './data-directory.js';
export { readHostFile, type HostFile } from './host-file.js';
