export * from './gates/index.js';
export * from './git/index.js';
export * from './sandbox/index.js';
export { repositoryStop, ServiceRepositories, type ServiceRepository } from './service.repositories.js';
