export * from './config.js';
export * from './config.schema.js';
export * from './exclusive-lock.js';
export * from './host.js';
export * from './logger.js';
export * from './profiles.config.js';
export * from './target.policy.js';
export * from './tools.config.js';
