export * from './git/index.js';
export * from './sandbox/index.js';
export { ServiceRepositories, type ServiceRepository } from './service.repositories.js';
